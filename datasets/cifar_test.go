package datasets

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// records are images in the form of l, one for each label. Image i has the pixels i, i+1, i+2, … modulo 256.
func (l cifarLayout) records(labels ...byte) (data []byte) {
	for i, label := range labels {
		if l.label == 2 {
			data = append(data, 19-label%20) // a coarse label, which must not be taken for the fine one
		}
		data = append(data, label)
		for p := range cifarPixels {
			data = append(data, byte(i+p))
		}
	}
	return data
}

// smallCIFAR are files of a few images in the form of l.
func (l cifarLayout) small() map[string][]byte {
	files := map[string][]byte{l.test: l.records(1, 0, 7)}
	for i, name := range l.train {
		files[name] = l.records(byte(i), 7, 1, 0)
	}
	return files
}

// place writes files in the ways in which they may be found, and returns the path of each.
func (l cifarLayout) place(t *testing.T, files map[string][]byte) map[string]string {
	paths := map[string]string{}
	for _, way := range []string{"directory", "below", "archive", "archive in it"} {
		paths[way] = filepath.Join(t.TempDir(), "mine")
	}
	writeFiles(t, paths["directory"], files)
	writeFiles(t, filepath.Join(paths["below"], l.directory), files)
	writeFiles(t, paths["archive in it"], map[string][]byte{l.archive: packed(t, l.directory, files)})
	writeFiles(t, paths["archive"], map[string][]byte{l.archive: packed(t, l.directory, files)})
	paths["archive"] = filepath.Join(paths["archive"], l.archive)
	return paths
}

func TestReadCIFAR(t *testing.T) {
	for _, l := range cifarLayouts() {
		for way, path := range l.place(t, l.small()) {
			t.Run(l.name+", "+way, func(t *testing.T) {
				d, err := ReadCIFAR(path)
				require.NoError(t, err)
				assert.Equal(t, []int{32, 32, 3}, d.Shape)
				assert.True(t, d.Pixels)
				assert.Equal(t, byteScaling(), d.Scaling)
				assert.Equal(t, 4*len(l.train), d.Train.Len())
				assert.Equal(t, 3, d.Test.Len())
				// Image 1 of the first file: red begins with 1, green 1024 later and blue 2048 later, modulo 256.
				image := d.Train.X[cifarPixels:][:cifarPixels]
				assert.Equal(t, []float32{1. / 255, 1. / 255, 1. / 255, 2. / 255, 2. / 255, 2. / 255}, image[:6])
				at := func(row, column, colour int) float32 { return 255 * image[(row*32+column)*3+colour] }
				assert.InDelta(t, (1+3*32+5)%256, at(3, 5, 0), 1e-4)
				assert.InDelta(t, (1+1024+3*32+5)%256, at(3, 5, 1), 1e-4)
				assert.InDelta(t, (1+2048+31*32+31)%256, at(31, 31, 2), 1e-4)
				if l.label == 1 {
					assert.Equal(t, []string{"0", "1", "2", "3", "4", "7"}, d.ClassNames)
					assert.Equal(t, []int32{0, 5, 1, 0, 1, 5, 1, 0, 2, 5}, d.Train.Labels[:10])
					assert.Equal(t, []int32{1, 0, 5}, d.Test.Labels)
				} else {
					assert.Equal(t, []string{"0", "1", "7"}, d.ClassNames)
					assert.Equal(t, []int32{0, 2, 1, 0}, d.Train.Labels)
				}
				assert.Equal(t, way == "archive", strings.HasPrefix(d.Name, "cifar-10"), d.Name)

				opened, why, err := Open(t.Context(), path, Options{})
				require.NoError(t, err)
				assert.Equal(t, d.Train.Labels, opened.Train.Labels)
				assert.Contains(t, why, path+": ")
			})
		}
	}
}

// TestCIFARPlanes: colours that are told apart, against a loop over (row, column, colour).
func TestCIFARPlanes(t *testing.T) {
	l := cifar10()
	files := l.small()
	image := files[l.test][1:]
	for colour := range 3 {
		for row := range 32 {
			for column := range 32 {
				image[colour*1024+row*32+column] = byte(80*colour + row + column)
			}
		}
	}
	dir := t.TempDir()
	writeFiles(t, dir, files)
	d, err := ReadCIFAR(dir)
	require.NoError(t, err)
	i := 0
	for row := range 32 {
		for column := range 32 {
			for colour := range 3 {
				require.Equal(t, float32(80*colour+row+column)/255, d.Test.X[i])
				i++
			}
		}
	}
}

func TestCIFARNames(t *testing.T) {
	l := cifar10()
	read := func(names string) (*Dataset, error) {
		files, dir := l.small(), t.TempDir()
		files[l.names] = []byte(names)
		writeFiles(t, dir, files)
		return ReadCIFAR(dir)
	}
	d, err := read("a\nb \r\nc\nd\ne\nf\ng\n\nh\n\n")
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b", "c", "d", "e", "h"}, d.ClassNames, "f and g have no images")
	_, err = read("a\nb\nc\nd\ne\nf\ng\n")
	assert.ErrorContains(t, err, "data_batch_1.bin: image 1: label 7: want at most 6: the file is damaged, of another form, or batches.meta.txt has too few names")
	_, err = read(" \n\n")
	assert.ErrorContains(t, err, "batches.meta.txt has no names of classes")
	_, err = read(strings.Repeat("a\n", 257))
	assert.ErrorContains(t, err, "batches.meta.txt has 257 names of classes")
	_, err = read(strings.Repeat("a\n", 1<<20))
	assert.ErrorContains(t, err, "that is no list of class names")
	d, err = read("a\nb\nc\nd\ne\nf\ng\n\xff\x1b\n")
	require.NoError(t, err)
	assert.Equal(t, "\uFFFD\x1b", d.ClassNames[5])
	assert.Contains(t, describe(d, "x"), `"�\x1b"`, "what moves a terminal's cursor is spelled out")
}

func TestReadCIFARRefuses(t *testing.T) {
	l := cifar10()
	for name, test := range map[string]struct {
		change func(files map[string][]byte)
		want   []string
		dir    string // of the message from a directory, if it is another
	}{
		"two missing":     {func(f map[string][]byte) { delete(f, l.train[2]); delete(f, l.test) }, []string{"has no data_batch_3.bin, test_batch.bin"}, ""},
		"truncated":       {func(f map[string][]byte) { f[l.train[4]] = f[l.train[4]][:5000] }, []string{"data_batch_5.bin", "has 5000 bytes, which is no whole number of records of 3073 (1 of labels and 3072 of pixels)"}, ""},
		"a byte too much": {func(f map[string][]byte) { f[l.test] = append(f[l.test], 0) }, []string{"test_batch.bin", "has 9220 bytes"}, ""},
		"empty":           {func(f map[string][]byte) { f[l.train[0]] = nil }, []string{"data_batch_1.bin is empty"}, ""},
		"label":           {func(f map[string][]byte) { f[l.train[1]] = l.records(1, 2, 10) }, []string{"data_batch_2.bin: image 2: label 10: want at most 9"}, ""},
		"new in test":     {func(f map[string][]byte) { f[l.test] = l.records(1, 9) }, []string{"test_batch.bin: image 1: label 9 is that of no training example; they have 0, 1, 2, 3, 4, 7"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			files := l.small()
			test.change(files)
			for _, path := range l.place(t, files) {
				_, err := ReadCIFAR(path)
				for _, want := range test.want {
					require.ErrorContains(t, err, want)
				}
				assert.ErrorContains(t, err, path)
				assert.NotContains(t, err.Error(), "\n")
			}
		})
	}
	_, err := ReadCIFAR(t.TempDir())
	assert.ErrorContains(t, err, "has neither CIFAR-10's files (data_batch_1.bin, …, test_batch.bin) nor CIFAR-100's (train.bin and test.bin)")
	_, err = ReadCIFAR(filepath.Join(t.TempDir(), "absent"))
	assert.ErrorIs(t, err, fs.ErrNotExist)
	dir := t.TempDir()
	writeFiles(t, dir, map[string][]byte{"some.tar.gz": packed(t, l.directory, l.small())})
	_, err = ReadCIFAR(filepath.Join(dir, "some.tar.gz"))
	assert.ErrorContains(t, err, "has neither CIFAR-10's files")
}
