package datasets

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mnistDir is where the real files are: beside the checkout in shared/mnist, or in $GOKFAC_MNIST_DIR.
func mnistDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("GOKFAC_MNIST_DIR")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "mnist")
	}
	if _, missing := locate(dir); len(missing) > 0 {
		t.Skipf("MNIST is not in %s: name its directory in $GOKFAC_MNIST_DIR", dir)
	}
	return dir
}

func TestMNIST(t *testing.T) {
	dir := mnistDir(t)
	d, err := MNIST(t.Context(), Options{Dir: dir})
	require.NoError(t, err)
	assert.Equal(t, "mnist", d.Name)
	assert.Equal(t, []int{28, 28}, d.Shape)
	assert.Equal(t, 10, d.Classes)
	assert.Equal(t, 60000, d.Train.Len())
	assert.Equal(t, 10000, d.Test.Len())
	assert.Equal(t, []int32{5, 0, 4, 1, 9}, d.Train.Labels[:5])
	var sum float64
	for _, v := range d.Train.X {
		sum += float64(v)
	}
	assert.InDelta(t, 0.1307, sum/float64(len(d.Train.X)), 5e-5, "the well-known mean")

	own, err := ReadIDX(dir)
	require.NoError(t, err)
	assert.Equal(t, d.Test.Labels, own.Test.Labels)

	_, err = FashionMNIST(t.Context(), Options{Dir: dir})
	assert.ErrorContains(t, err, "by its SHA-256 this is MNIST's", "the files have the same names")

	_, err = FashionMNIST(t.Context(), Options{Dir: unpacked(t, dir)})
	assert.ErrorContains(t, err, "by its SHA-256 this is MNIST's", "also where there is no MD5 to hold them to")
}

// unpacked is a copy of the four .gz files in dir, decompressed.
func unpacked(t testing.TB, dir string) string {
	t.Helper()
	paths, _ := locate(dir)
	files := map[string][]byte{}
	for name, path := range map[string]string{
		trainImages: paths.trainImages, trainLabels: paths.trainLabels, testImages: paths.testImages, testLabels: paths.testLabels,
	} {
		f, err := os.Open(path)
		require.NoError(t, err)
		r, _, err := decompress(bufio.NewReader(f))
		require.NoError(t, err)
		files[name], err = io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	out := t.TempDir()
	writeFiles(t, out, files)
	return out
}

func TestMNISTIsVerified(t *testing.T) {
	dir := t.TempDir()
	_, files := published(t)
	writeFiles(t, filepath.Join(dir, "mnist"), files)
	_, err := MNIST(t.Context(), Options{Dir: dir})
	require.ErrorContains(t, err, "wrong SHA-256 checksum")
	assert.ErrorContains(t, err, filepath.Join(dir, "mnist"))
}

func TestUnpackedFashionMNISTIsHeldToItsSizes(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, smallIDX())
	_, err := FashionMNIST(t.Context(), Options{Dir: dir})
	assert.ErrorContains(t, err, "images of 2×2 in 4 classes, not of 28×28 in 10")
}

func BenchmarkMNIST(b *testing.B) {
	dir := mnistDir(b)
	for b.Loop() {
		_, err := MNIST(context.Background(), Options{Dir: dir})
		require.NoError(b, err)
	}
}
