package datasets

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/csv"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/memory"
)

// pngOf is an image of one colour.
func pngOf(t testing.TB, rows, columns int, c color.Color) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, columns, rows))
	for i := range rows * columns {
		img.Set(i%columns, i/columns, c)
	}
	return encoded(t, img)
}

func encoded(t testing.TB, img image.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	require.NoError(t, png.Encode(&buf, img))
	return buf.Bytes()
}

func greyOf(t testing.TB, rows, columns int, v uint8) []byte {
	img := image.NewGray(image.Rect(0, 0, columns, rows))
	for i := range img.Pix {
		img.Pix[i] = v
	}
	return encoded(t, img)
}

// TestPictures: files of every kind, written and read by Pillow.
func TestPictures(t *testing.T) {
	dir := filepath.Join("testdata", "pictures")
	f, err := os.Open(filepath.Join("testdata", "pictures.csv"))
	require.NoError(t, err)
	defer f.Close()
	table, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	want := map[string][]float64{}
	for _, record := range table {
		for _, text := range record[1:] {
			v, err := strconv.ParseFloat(text, 64)
			require.NoError(t, err)
			want[record[0]] = append(want[record[0]], v)
		}
	}
	folder, err := listFolder(t.Context(), dir)
	require.NoError(t, err)
	require.Len(t, folder.train, len(table))
	plan, err := measureImages(t.Context(), dir, folder.train, [2]int{})
	require.NoError(t, err)
	assert.Equal(t, []int{6, 8, 3}, plan.shape())
	x, err := plan.pixels(t.Context(), folder.train)
	require.NoError(t, err)
	for i, file := range folder.train {
		name := below(dir, file.path)
		// Decoders of JPEG round differently, and interpolate colours of half the resolution differently.
		tolerance := map[bool]float64{true: 1.01, false: 2.5}[strings.HasPrefix(name, "exact")]
		switch {
		case strings.HasSuffix(name, "subsampled.jpg"):
			tolerance = 10
		case strings.Contains(name, "opacity"):
		case strings.HasSuffix(name, ".png") || strings.HasSuffix(name, ".name"):
			tolerance = 0.001
		}
		for j, v := range want[name] {
			require.InDelta(t, v, 255*float64(x[i*144+j]), tolerance, "%s, value %d", name, j)
		}
		h := plan.headers[i]
		assert.Equal(t, map[string]bool{"exact/grey.png": true, "exact/deep.png": true, "exact/bits.png": true, "lossy/grey.jpg": true, "exact/greyopacity.png": h.grey}[name], h.grey, name)
	}
	d, err := ReadImages(dir)
	require.NoError(t, err)
	assert.Equal(t, []string{"4 of 14 images are grey: their three colours are the same"}, d.Notes())
}

// TestResized: what a program in Python makes of a picture with the same kernel.
func TestResized(t *testing.T) {
	f, err := os.Open(filepath.Join("testdata", "resized.csv"))
	require.NoError(t, err)
	defer f.Close()
	reader := csv.NewReader(f)
	reader.FieldsPerRecord = -1
	table, err := reader.ReadAll()
	require.NoError(t, err)
	path := filepath.Join("testdata", "pictures", "exact", "colour.png")
	require.Len(t, table, 4)
	for _, record := range table {
		rows, _ := strconv.Atoi(record[0])
		columns, _ := strconv.Atoi(record[1])
		files := []imageFile{{path, 0}}
		plan, err := measureImages(t.Context(), "", files, [2]int{rows, columns})
		require.NoError(t, err)
		x, err := plan.pixels(t.Context(), files)
		require.NoError(t, err)
		require.Len(t, record, 2+len(x))
		for i, text := range record[2:] {
			v, err := strconv.ParseFloat(text, 64)
			require.NoError(t, err)
			assert.InDelta(t, v, 255*float64(x[i]), 0.01, "%d×%d, value %d", rows, columns, i)
		}
	}
}

func TestCropOf(t *testing.T) {
	for _, c := range []struct {
		from, to [2]int
		want     image.Rectangle
	}{
		{[2]int{6, 8}, [2]int{4, 4}, image.Rect(1, 0, 7, 6)},
		{[2]int{8, 6}, [2]int{4, 4}, image.Rect(0, 1, 6, 7)},
		{[2]int{6, 8}, [2]int{9, 12}, image.Rect(0, 0, 8, 6)},
		{[2]int{1, 1000}, [2]int{1000, 1}, image.Rect(499, 0, 500, 1)},
		{[2]int{1000, 1}, [2]int{1, 1000}, image.Rect(0, 499, 1, 500)},
		{[2]int{5, 5}, [2]int{2, 3}, image.Rect(0, 1, 5, 4)},
	} {
		assert.Equal(t, c.want, cropOf(c.from, c.to), "%v", c)
	}
}

func TestImageSize(t *testing.T) {
	files := flags(t, 5)
	files["red/wide.png"] = pngOf(t, 4, 40, red)
	dir := tree(t, files)
	_, err := ReadImages(dir)
	var sizes *ImageSizeError
	require.ErrorAs(t, err, &sizes)
	assert.Equal(t, [2][2]int{{2, 3}, {4, 40}}, sizes.Size)
	assert.EqualError(t, err, "datasets: "+filepath.Join(dir, "green", "0.PNG")+" has 2×3 pixels (rows × columns) and "+filepath.Join(dir, "red", "wide.png")+
		" 4×40: all images must be of one size: scale them, or have them scaled by ReadOptions.ImageSize")

	d, err := ReadOptions{ImageSize: [2]int{4, 6}}.ReadImages(dir)
	require.NoError(t, err)
	assert.Equal(t, []int{4, 6, 3}, d.Shape)
	for i, label := range d.Train.Labels {
		want := [][]float32{{0, 0.4, 0}, {1, 0, 0}}[label]
		for p := range 24 {
			require.InDeltaSlice(t, want, d.Train.X[i*72+3*p:][:3], 1e-6, "one colour stays that colour")
		}
	}
	assert.Equal(t, []string{"11 of 11 images were scaled to 4×6 pixels, 1 of them after a cut to that form around their middle"}, d.Notes())

	// The middle of an image is what stays.
	img := image.NewGray(image.Rect(0, 0, 9, 3))
	for i := range img.Pix {
		img.Pix[i] = uint8(10 * (i%9 + 1))
	}
	dir = tree(t, map[string][]byte{"a/1.png": encoded(t, img), "a/2.png": encoded(t, img), "a/3.png": encoded(t, img), "a/4.png": encoded(t, img), "b/1.png": greyOf(t, 3, 3, 50)})
	d, err = ReadOptions{ImageSize: [2]int{3, 3}}.ReadImages(dir)
	require.NoError(t, err)
	assert.Equal(t, []int{3, 3}, d.Shape, "all are grey")
	row := d.Train.X[:9]
	if d.Train.Labels[0] == 1 {
		row = d.Train.X[9:]
	}
	assert.InDeltaSlice(t, []float32{40. / 255, 50. / 255, 60. / 255}, row[:3], 1e-6)
	assert.Contains(t, d.Notes()[0], "4 of 5 images were scaled to 3×3 pixels, 4 of them after a cut")

	for _, size := range [][2]int{{0, 3}, {3, 0}, {-1, -1}, {1, maxSide + 1}} {
		_, err = ReadOptions{ImageSize: size}.ReadImages(dir)
		assert.ErrorContains(t, err, "want rows and columns from 1 to 16384")
	}
	idx := t.TempDir()
	writeFiles(t, idx, smallIDX())
	for _, name := range []string{"digits", "", "mnist", idx, filepath.Join("testdata", "keras.npz"), filepath.Join("testdata", "flowers.csv")} {
		_, _, err := Open(t.Context(), name, Options{Read: ReadOptions{ImageSize: [2]int{8, 8}}})
		assert.ErrorContains(t, err, "an image size is of a directory of images, and ", name)
	}
	_, err = ReadOptions{Label: "1"}.ReadImages(dir)
	assert.ErrorContains(t, err, "only a .csv has columns")
}

func FuzzImage(f *testing.F) {
	f.Add(pngOf(f, 2, 3, red), uint8(0), uint8(0))
	f.Add(greyOf(f, 5, 4, 9), uint8(7), uint8(2))
	for _, name := range []string{"exact/palette.png", "exact/deep.png", "exact/opacity.png", "lossy/colour.jpg", "lossy/cmyk.jpg", "lossy/progressive.jpg", "lossy/subsampled.jpg"} {
		data, err := os.ReadFile(filepath.Join("testdata", "pictures", filepath.FromSlash(name)))
		require.NoError(f, err)
		f.Add(data, uint8(3), uint8(5))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte, rows, columns uint8) {
		path := filepath.Join(dir, strconv.Itoa(os.Getpid()))
		require.NoError(t, os.WriteFile(path, data, 0o600))
		ctx, files := memory.With(context.Background(), 1<<26), []imageFile{{path, 0}}
		size := [2]int{int(rows), int(columns)}
		if rows == 0 || columns == 0 {
			size = [2]int{}
		}
		plan, err := measureImages(ctx, dir, files, size)
		var x []float32
		if err == nil {
			x, err = plan.pixels(ctx, files)
		}
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		require.Len(t, x, product(plan.shape()))
		for _, v := range x {
			require.True(t, v >= 0 && v <= 1)
		}
	})
}

// fixPNG makes the header's checksum right again.
func fixPNG(data []byte) {
	binary.BigEndian.PutUint32(data[29:33], crc32.ChecksumIEEE(data[12:29]))
}
