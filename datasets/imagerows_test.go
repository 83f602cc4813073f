package datasets

import (
	"context"
	"errors"
	"image"
	"image/color"
	"io"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rowsOfImages reads all images.
func rowsOfImages(t *testing.T, r *ImageReader) (rows [][]float64, names []string) {
	t.Helper()
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, names
		}
		require.NoError(t, err)
		rows, names = append(rows, append([]float64(nil), row...)), append(names, r.Name())
	}
}

// TestImageReader: an image for prediction has the values that the same file has in a training set, in the units of the
// file's bytes.
func TestImageReader(t *testing.T) {
	pixels := image.NewNRGBA(image.Rect(0, 0, 3, 2))
	for i := range pixels.Pix {
		pixels.Pix[i] = uint8(17*i + 40)
	}
	for i := 3; i < len(pixels.Pix); i += 4 {
		pixels.Pix[i] = 255
	}
	files := map[string][]byte{"a/1.png": encoded(t, pixels), "a/2.png": greyOf(t, 2, 3, 51), "b/1.png": pngOf(t, 2, 3, color.White), "b/2.png": pngOf(t, 2, 3, color.Black), "b/3.png": greyOf(t, 2, 3, 7)}
	dir := tree(t, files)
	r, err := OpenImages(context.Background(), filepath.Join(dir, "a"), []int{2, 3, 3}, 255, false)
	require.NoError(t, err)
	assert.Equal(t, []string{filepath.Join(dir, "a", "1.png"), filepath.Join(dir, "a", "2.png")}, r.Paths())
	rows, names := rowsOfImages(t, r)
	assert.Equal(t, []string{"1.png", "2.png"}, names)
	for i, v := range rows[0] {
		assert.InDelta(t, float64(pixels.Pix[i/3*4+i%3]), v, 1e-5)
	}
	for _, v := range rows[1] {
		assert.InDelta(t, 51, v, 1e-5)
	}
	assert.Empty(t, r.Notes())

	for _, size := range [][2]int{{}, {4, 4}} { // the training set's own reader
		d, err := ReadOptions{ImageSize: size}.ReadImages(dir)
		require.NoError(t, err)
		r, err := OpenImages(context.Background(), filepath.Join(dir, "a", "1.png"), d.Shape, 1, size != [2]int{})
		require.NoError(t, err)
		rows, _ := rowsOfImages(t, r)
		found := false
		for _, s := range []Split{d.Train, d.Test} {
			for i := range s.Len() {
				same := true
				for j, v := range s.X[i*d.Features() : (i+1)*d.Features()] {
					same = same && float64(v) == rows[0][j]
				}
				found = found || same
			}
		}
		assert.True(t, found, size)
	}

	// A grey model takes what is grey, by whatever kind of file.
	for _, shape := range [][]int{{2, 3}, {2, 3, 1}} {
		r, err := OpenImages(context.Background(), filepath.Join(dir, "b"), shape, 1, false)
		require.NoError(t, err)
		rows, _ := rowsOfImages(t, r)
		for i, v := range []float64{1, 0, 7.0 / 255} {
			require.Len(t, rows[i], 6)
			assert.InDelta(t, v, rows[i][5], 1e-7)
		}
	}
}

// TestImageReaderRefuses by errors that name the file.
func TestImageReaderRefuses(t *testing.T) {
	dir := tree(t, map[string][]byte{
		"one/red.png": pngOf(t, 2, 2, color.RGBA{R: 9, A: 255}), "cut/x.png": greyOf(t, 2, 2, 1)[:40], "deep/more/x.png": greyOf(t, 2, 2, 1), "none/.hidden": {1}, "text/list.txt": []byte("a list"),
	})
	for name, c := range map[string]struct {
		shape []int
		want  string
	}{
		"one":       {[]int{2, 2}, filepath.Join("one", "red.png") + " is in colour"},
		"cut":       {[]int{2, 2}, filepath.Join("cut", "x.png") + ": truncated"},
		"deep":      {[]int{2, 2}, filepath.Join("deep", "more") + " is a directory in it"},
		"none":      {[]int{2, 2}, "none has no images"},
		"text":      {[]int{2, 2}, "list.txt: it is no image"},
		"not-there": {[]int{2, 2}, "no such file"},
		".":         {[]int{2, 2, 4}, "the model takes no images, but examples of the shape [2 2 4]"},
	} {
		r, err := OpenImages(context.Background(), filepath.Join(dir, name), c.shape, 255, false)
		if err == nil {
			_, err = r.Next()
		}
		assert.ErrorContains(t, err, c.want)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, err := OpenImages(ctx, filepath.Join(dir, "one"), []int{2, 2, 3}, 255, false)
	require.NoError(t, err)
	_, err = r.Next()
	assert.ErrorIs(t, err, context.Canceled)
}

func TestIsImage(t *testing.T) {
	dir := tree(t, map[string][]byte{"a.png": []byte("1,2"), "b": greyOf(t, 1, 1, 1), "c.csv": []byte("BM,1\n"), "d.gif": []byte("GIF89a")})
	for name, want := range map[string]bool{"": true, "a.png": true, "b": true, "c.csv": false, "d.gif": true, "e.png": false} {
		assert.Equal(t, want, IsImage(context.Background(), filepath.Join(dir, name)), name)
	}
}
