package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// picture is a PNG of noise in one colour.
func picture(t *testing.T, rows, columns int, of color.RGBA, r *rand.Rand) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, columns, rows))
	for i := range rows * columns {
		dim := func(v uint8) uint8 { return uint8(float64(v) * (0.5 + 0.5*r.Float64())) }
		img.SetRGBA(i%columns, i/columns, color.RGBA{dim(of.R), dim(of.G), dim(of.B), 255})
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

// paints is a directory of 30 images of one size in each of three classes.
func paints(t *testing.T) string {
	t.Helper()
	r, dir := rand.New(rand.NewPCG(1, 9)), filepath.Join(t.TempDir(), "paints")
	for name, of := range map[string]color.RGBA{"red": {R: 255, G: 30}, "green": {G: 255, B: 30}, "blue": {B: 255, R: 30}} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, name), 0o755))
		for i := range 30 {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name, strconv.Itoa(i)+".png"), picture(t, 6, 8, of, r), 0o600))
		}
	}
	return dir
}

// TestImages: a directory of images is trained on, made smaller, kept, gone on with, and scored.
func TestImages(t *testing.T) {
	dir, out := paints(t), filepath.Join(t.TempDir(), "run")
	o := execute("-dataset", dir, "-image-size", "4x4", "-hidden", "8", "-epochs", "10", "-target", "test_accuracy=1", "-out", out)
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stderr, "paints ("+dir+": 72 training and 18 test examples in 3 classes: blue, green, red)")
	assert.Contains(t, o.stderr, "72 training and 18 test examples of 4×4×3 in 3 classes")
	assert.Contains(t, o.stderr, "90 of 90 images were scaled to 4×4 pixels, 90 of them after a cut to that form around their middle")
	config, err := os.ReadFile(filepath.Join(out, "config.json"))
	require.NoError(t, err)
	assert.Contains(t, string(config), `"image_size": "4x4"`)

	o = execute("-load", out, "-eval", "-json")
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stdout, `"test_accuracy":1,`)
	o = execute("-load", out, "-eval", "-dataset", dir)
	assert.Equal(t, exitError, o.status)
	assert.Contains(t, o.stderr, "the model takes 48 features, and paints has 144")
	o = execute("-dataset", dir, "-model", "autoencoder", "-hidden", "16,4", "-epochs", "2")
	assert.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stderr, "of 6×8×3")
	o = execute("-dataset", dir, "-model", "regression")
	assert.Equal(t, exitUsage, o.status)
	assert.Contains(t, o.stderr, "paints has classes, not values")
}

// TestCIFARDirectory: files in the form of CIFAR-10 are recognised and trained on.
func TestCIFARDirectory(t *testing.T) {
	dir := cifarDirectory(t)
	o := execute("-dataset", dir, "-hidden", "8", "-max-steps", "3")
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stderr, "40 training and 8 test examples in 2 classes")
	assert.Contains(t, o.stderr, "of 32×32×3 in 2 classes")
	o = execute("-dataset", "cifar10", "-data-dir", dir, "-download=false", "-hidden", "8")
	assert.Equal(t, exitError, o.status)
	assert.Contains(t, o.stderr, "data_batch_1.bin has 8 images, and the published file 10000")
	o = execute("-dataset", "cifar100", "-data-dir", dir, "-download=false")
	assert.Equal(t, exitError, o.status)
	assert.Contains(t, o.stderr, "has no cifar-100-binary (or cifar-100-binary.tar.gz): put it there or allow the download")
}

// cifarDirectory has files in the form of CIFAR-10, of 8 images each.
func cifarDirectory(t *testing.T) string {
	t.Helper()
	r, dir := rand.New(rand.NewPCG(3, 9)), filepath.Join(t.TempDir(), "small")
	require.NoError(t, os.Mkdir(dir, 0o755))
	for _, name := range []string{"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"} {
		var data []byte
		for i := range 8 {
			data = append(data, byte(i%2))
			for range 3072 {
				data = append(data, byte(r.Uint32N(256)))
			}
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".bin"), data, 0o600))
	}
	return dir
}

// TestImageSizeFlag: what is no size, and what has none.
func TestImageSizeFlag(t *testing.T) {
	dir, table := paints(t), blobs(t)
	for _, c := range []struct {
		size, dataset string
		want          string
	}{
		{"64", dir, `"64" for flag -image-size: want rows and columns, as in 64x64`},
		{"64x", dir, "want rows and columns, as in 64x64"},
		{"x", dir, "want rows and columns, as in 64x64"},
		{"64x64x3", dir, "want rows and columns, as in 64x64"},
		{"-4x4", dir, "rows and columns must be between 1 and 16384"},
		{"0x4", dir, "rows and columns must be between 1 and 16384"},
		{"4x16385", dir, "rows and columns must be between 1 and 16384"},
		{"4x99999999999999999999", dir, "rows and columns must be between 1 and 16384"},
		{"1.5x4", dir, "want rows and columns, as in 64x64"},
		{"8x8", "digits", "-image-size is of a directory of images of one's own: -dataset digits has its size already"},
		{"8x8", "auto", "-dataset auto has its size already"},
		{"8x8", table, "-image-size is of a directory of images: -dataset " + table + " is a file"},
	} {
		o := execute("-image-size="+c.size, "-dataset", c.dataset, "-download=false")
		assert.Equal(t, exitUsage, o.status, c.size)
		assert.Contains(t, o.stderr, c.want)
	}
	o := execute("-image-size", "8×4", "-dataset", dir, "-hidden", "4", "-max-steps", "2")
	assert.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stderr, "of 8×4×3 in 3 classes")
	o = execute("-image-size", "4x4", "-dataset", cifarDirectory(t))
	assert.Equal(t, exitError, o.status)
	assert.Contains(t, o.stderr, "an image size is of a directory of images, and ")
}
