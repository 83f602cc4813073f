package datasets

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// smallIDX is a valid data set of 3 training and 2 test images of 2×2.
func smallIDX() map[string][]byte {
	return map[string][]byte{
		trainImages: encodeIDX([]byte{0, 51, 102, 153, 204, 255, 0, 0, 1, 2, 3, 4}, 3, 2, 2),
		trainLabels: encodeIDX([]byte{3, 0, 1}, 3),
		testImages:  encodeIDX([]byte{255, 0, 255, 0, 0, 0, 0, 0}, 2, 2, 2),
		testLabels:  encodeIDX([]byte{1, 0}, 2),
	}
}

func writeFiles(t testing.TB, dir string, files map[string][]byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o777))
	for name, data := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o666))
	}
}

func TestReadIDX(t *testing.T) {
	dotted := func(name string) string { return strings.Replace(name, "-idx", ".idx", 1) }
	for name, store := range map[string]func(name string, data []byte) (string, []byte){
		"raw":              func(name string, data []byte) (string, []byte) { return name, data },
		"compressed":       func(name string, data []byte) (string, []byte) { return name + ".gz", compress(t, data) },
		"unpacked as .gz":  func(name string, data []byte) (string, []byte) { return name + ".gz", data },
		"packed as raw":    func(name string, data []byte) (string, []byte) { return name, compress(t, data) },
		"named with a dot": func(name string, data []byte) (string, []byte) { return dotted(name), data },
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "mine")
			files := map[string][]byte{}
			for name, data := range smallIDX() {
				stored, content := store(name, data)
				files[stored] = content
			}
			writeFiles(t, dir, files)

			d, err := ReadIDX(dir)
			require.NoError(t, err)
			assert.Equal(t, "mine", d.Name)
			assert.Equal(t, []int{2, 2}, d.Shape)
			assert.Equal(t, []string{"0", "1", "3"}, d.ClassNames)
			assert.Equal(t, 3, d.Classes)
			assert.True(t, d.Pixels)
			assert.Equal(t, []int32{2, 0, 1}, d.Train.Labels)
			assert.Equal(t, []float32{0, 0.2, 0.4, 0.6, 0.8, 1}, d.Train.X[:6])
			assert.Equal(t, 2, d.Test.Len())
		})
	}
}

func TestReadIDXRefuses(t *testing.T) {
	damaged := compress(t, smallIDX()[trainLabels])
	damaged[len(damaged)-6] ^= 1 // in gzip's own checksum
	for name, test := range map[string]struct {
		change func(files map[string][]byte)
		want   []string
	}{
		"two missing": {func(f map[string][]byte) { delete(f, trainLabels); delete(f, testImages) },
			[]string{"has no train-labels-idx1-ubyte, t10k-images-idx3-ubyte (or .gz)"}},
		"swapped": {func(f map[string][]byte) { f[trainLabels], f[trainImages] = f[trainImages], f[trainLabels] },
			[]string{"swapped?"}},
		"counts differ": {func(f map[string][]byte) { f[testLabels] = encodeIDX([]byte{1, 1, 1}, 3) },
			[]string{testImages + " has 2 images", testLabels + " 3 labels"}},
		"sizes differ": {func(f map[string][]byte) { f[testImages] = encodeIDX(make([]byte, 12), 2, 2, 3) },
			[]string{trainImages + " has images of 2×2", testImages + " of 2×3"}},
		"new label in test": {func(f map[string][]byte) { f[testLabels] = encodeIDX([]byte{3, 9}, 2) },
			[]string{testLabels + ": example 1: label 9 is that of no training example; they have 0, 1, 3"}},
		"damaged gzip": {func(f map[string][]byte) { f[trainLabels] = damaged },
			[]string{trainLabels + ": damaged: gzip: invalid checksum"}},
		"truncated gzip": {func(f map[string][]byte) { f[trainImages] = compress(t, f[trainImages])[:25] },
			[]string{trainImages + ": truncated"}},
		"gzip header only": {func(f map[string][]byte) { f[trainImages] = []byte{0x1f, 0x8b, 0x08} },
			[]string{trainImages + ": damaged"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir, files := t.TempDir(), smallIDX()
			test.change(files)
			writeFiles(t, dir, files)
			_, err := ReadIDX(dir)
			for _, want := range test.want {
				require.ErrorContains(t, err, want)
			}
			assert.ErrorContains(t, err, dir)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestReadIDXFileVerifies(t *testing.T) {
	data := smallIDX()[trainLabels]
	zipped := compress(t, data)
	dir := t.TempDir()
	writeFiles(t, dir, map[string][]byte{"raw": data, "zipped": zipped})
	read := func(name string, sum *checksum) error {
		_, err := readIDXFile(context.Background(), filepath.Join(dir, name), idxLabels, sum)
		return err
	}
	content, archive := digests(data, zipped)
	wrong := strings.Repeat("0", 64)

	assert.NoError(t, read("raw", &checksum{sha256: content}))
	assert.NoError(t, read("zipped", &checksum{sha256: content}))
	assert.NoError(t, read("zipped", &checksum{md5: archive}))
	assert.NoError(t, read("raw", &checksum{md5: archive}), "there is no digest of the unpacked file to hold it to")
	for _, name := range []string{"raw", "zipped"} {
		assert.ErrorContains(t, read(name, &checksum{sha256: wrong}), name+": wrong SHA-256 checksum")
	}
	assert.ErrorContains(t, read("zipped", &checksum{md5: wrong}), "zipped: wrong MD5 checksum")
	assert.ErrorContains(t, read("zipped", &checksum{md5: wrong}), "is it of another data set? If not, delete the file and get it again")
	for _, name := range []string{"raw", "zipped"} {
		assert.ErrorContains(t, read(name, &checksum{md5: archive, mnist: content}), name+": by its SHA-256 this is MNIST's")
		assert.NoError(t, read(name, &checksum{md5: archive, mnist: wrong}))
	}

	// A second gzip member that is empty leaves the content as it is, but not the archive.
	writeFiles(t, dir, map[string][]byte{"longer": bytes.Join([][]byte{zipped, compress(t, nil)}, nil)})
	assert.NoError(t, read("longer", &checksum{sha256: content}))
	assert.ErrorContains(t, read("longer", &checksum{md5: archive}), "wrong MD5 checksum")
}
