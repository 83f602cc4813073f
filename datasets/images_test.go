package datasets

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/memory"
)

// tree writes files at paths below a new directory.
func tree(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "mine")
	require.NoError(t, os.Mkdir(dir, 0o777))
	for path, data := range files {
		full := filepath.Join(dir, filepath.FromSlash(path))
		if data == nil {
			require.NoError(t, os.MkdirAll(full, 0o777))
			continue
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(full), 0o777))
		require.NoError(t, os.WriteFile(full, data, 0o666))
	}
	return dir
}

var (
	red   = color.NRGBA{255, 0, 0, 255}
	green = color.NRGBA{0, 102, 0, 255}
)

// flags is a directory of n images in each of two classes.
func flags(t testing.TB, n int) map[string][]byte {
	files := map[string][]byte{}
	for i := range n {
		files["red/"+strconv.Itoa(i)+".png"] = pngOf(t, 2, 3, red)
		files["green/"+strconv.Itoa(i)+".PNG"] = pngOf(t, 2, 3, green)
	}
	return files
}

func TestReadImages(t *testing.T) {
	dir := tree(t, flags(t, 10))
	d, err := ReadImages(dir)
	require.NoError(t, err)
	assert.Equal(t, "mine", d.Name)
	assert.Equal(t, []int{2, 3, 3}, d.Shape)
	assert.Equal(t, []string{"green", "red"}, d.ClassNames)
	assert.Equal(t, 2, d.Classes)
	assert.True(t, d.Pixels)
	assert.Equal(t, byteScaling(), d.Scaling)
	assert.Empty(t, d.Notes())
	assert.Equal(t, 16, d.Train.Len())
	assert.Equal(t, 4, d.Test.Len())
	for _, split := range []Split{d.Train, d.Test} {
		var count [2]int
		for i, label := range split.Labels {
			count[label]++
			want := [][]float32{{0, 0.4, 0}, {1, 0, 0}}[label]
			row := split.X[i*18:][:18]
			for p := range 6 {
				require.Equal(t, want, row[3*p:][:3])
			}
		}
		assert.Equal(t, count[0], count[1], "stratified")
	}
	again, why, err := Open(t.Context(), dir, Options{})
	require.NoError(t, err)
	assert.Equal(t, d.Digest(), again.Digest())
	assert.Equal(t, "mine ("+dir+": 16 training and 4 test examples in 2 classes: green, red)", why)
}

// TestImageParts: directories that are called like parts, and classes that are.
func TestImageParts(t *testing.T) {
	in := func(part string, n int) map[string][]byte {
		files := map[string][]byte{}
		for path, data := range flags(t, n) {
			files[part+"/"+path] = data
		}
		return files
	}
	join := func(all ...map[string][]byte) map[string][]byte {
		files := map[string][]byte{}
		for _, m := range all {
			for path, data := range m {
				files[path] = data
			}
		}
		return files
	}
	one := pngOf(t, 2, 3, red)
	for name, test := range map[string]struct {
		files       map[string][]byte
		train, test int
		classes     string
		notes       []string
	}{
		"train and test":            {join(in("train", 3), in("test", 2)), 6, 4, "green red", nil},
		"in capitals":               {join(in("Training", 3), in("Testing", 2)), 6, 4, "green red", nil},
		"val":                       {join(in("train", 3), in("val", 2)), 6, 4, "green red", nil},
		"valid":                     {join(in("train", 3), in("valid", 2)), 6, 4, "green red", nil},
		"validation":                {join(in("train", 3), in("validation", 1)), 6, 2, "green red", nil},
		"all three":                 {join(in("train", 3), in("val", 2), in("test", 1)), 6, 2, "green red", []string{"not read, as the test part is test: val"}},
		"train alone":               {in("train", 5), 8, 2, "green red", nil},
		"a class of no test images": {join(in("train", 3), map[string][]byte{"test/red/1": one}), 6, 1, "green red", nil},
		"a class that is a train":   {map[string][]byte{"train/1": one, "train/2": one, "bus/1": one, "bus/2": one, "bus/3": one}, 4, 1, "bus train", nil},
		"classes that are tests":    {map[string][]byte{"test/1": one, "test/2": one, "val/1": one, "val/2": one, "val/3": one}, 4, 1, "test val", nil},
		"hidden and beside": {join(flags(t, 5), map[string][]byte{"README.txt": []byte("x"), "red/.DS_Store": []byte("x"), ".git/x": []byte("x"), "green/Thumbs.db": []byte("x"),
			"__MACOSX/red/1.png": []byte("x")}), 8, 2, "green red",
			[]string{"not read, as beside the directories of the classes: README.txt", "not read, as hidden: .git, __MACOSX, green/Thumbs.db, red/.DS_Store"}},
	} {
		t.Run(name, func(t *testing.T) {
			d, _, err := Open(t.Context(), tree(t, test.files), Options{})
			require.NoError(t, err)
			assert.Equal(t, test.train, d.Train.Len())
			assert.Equal(t, test.test, d.Test.Len())
			assert.Equal(t, test.classes, strings.Join(d.ClassNames, " "))
			assert.Equal(t, test.notes, d.Notes())
		})
	}
	// Parts stay in the order of their files.
	d, err := ReadImages(tree(t, join(in("train", 3), in("test", 2))))
	require.NoError(t, err)
	assert.Equal(t, []int32{0, 0, 0, 1, 1, 1}, d.Train.Labels)
	assert.Equal(t, []int32{0, 0, 1, 1}, d.Test.Labels)
}

func TestReadImagesRefuses(t *testing.T) {
	good := pngOf(t, 2, 3, red)
	var photo bytes.Buffer
	require.NoError(t, jpeg.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 64, 64)), nil))
	huge := bytes.Clone(good)
	copy(huge[16:24], []byte{0, 1, 0, 0, 0, 1, 0, 0}) // 65536×65536
	fixPNG(huge)
	flat := bytes.Clone(good)
	copy(flat[16:24], []byte{0, 0, 0, 0, 0, 0, 0, 3})
	fixPNG(flat)
	large := bytes.Clone(photo.Bytes())
	at := bytes.Index(large, []byte{0xff, 0xc0})
	copy(large[at+5:at+9], []byte{0xff, 0xff, 0xff, 0xff})
	broken := bytes.Clone(good)
	broken[len(broken)-20] ^= 0xff
	for name, test := range map[string]struct {
		files map[string][]byte
		want  string
	}{
		"an empty class":         {map[string][]byte{"red/1.png": good, "blue": nil}, "/blue has no images: fill the directory, or remove it"},
		"a hidden file alone":    {map[string][]byte{"red/1.png": good, "blue/.DS_Store": good}, "/blue has no images"},
		"a class of test alone":  {map[string][]byte{"train/red/1": good, "train/blue/1": good, "test/green/1": good}, "/test/green is a class without training images; there are blue, red"},
		"an empty class of test": {map[string][]byte{"train/red/1": good, "test/red": nil}, "/test/red has no images"},
		"an empty test":          {map[string][]byte{"train/red/1": good, "test": nil}, "/test has no directories: want one with the images of each class"},
		"test without classes":   {map[string][]byte{"train/red/1": good, "test/1.png": good}, "/test has no directories"},
		"train without classes":  {map[string][]byte{"train/1.png": good, "test/1.png": good}, "/train has no directories"},
		"an image beside":        {map[string][]byte{"red/1.png": good, "2.JPEG": good}, "/2.JPEG is beside the directories of the classes"},
		"images alone":           {map[string][]byte{"1.jpg": good}, "has images beside each other: want a directory in it for the images of each class"},
		"parts and classes":      {map[string][]byte{"train/red/1": good, "test/red/1": good, "blue/1": good}, "has parts and classes beside each other: blue, test, train"},
		"two trains":             {map[string][]byte{"train/red/1": good, "Training/red/1": good}, "has Training, train: which of them is the part?"},
		"two validations":        {map[string][]byte{"train/red/1": good, "val/red/1": good, "valid/red/1": good}, "has val, valid: which of them is the part?"},
		"deeper":                 {map[string][]byte{"red/1.png": good, "red/more/1.png": good}, "/red/more is a directory in that of a class"},
		"text":                   {map[string][]byte{"red/1.png": good, "red/labels.txt": []byte("red")}, "/red/labels.txt: it is no image: a PNG begins with 89 50, a JPEG with ff d8, and it with 72 65"},
		"empty":                  {map[string][]byte{"red/1.png": {}}, "/red/1.png: it is empty"},
		"one byte":               {map[string][]byte{"red/1.png": {0x89}}, "it is no image: a PNG begins with 89 50, a JPEG with ff d8, and it with 89"},
		"a gif":                  {map[string][]byte{"red/1.png": []byte("GIF89a\x01\x00")}, "/red/1.png: it is a GIF: only PNG and JPEG are read: convert it"},
		"a webp":                 {map[string][]byte{"red/1.png": []byte("RIFF\x01\x00\x00\x00WEBP")}, "it is a WebP or another RIFF file"},
		"truncated":              {map[string][]byte{"red/1.png": good[:len(good)-20]}, "/red/1.png: truncated: the PNG ends within the image"},
		"in the header":          {map[string][]byte{"red/1.png": good[:20]}, "/red/1.png: truncated: the PNG ends within the image"},
		"a truncated photo":      {map[string][]byte{"red/1.png": photo.Bytes()[:photo.Len()/2]}, "/red/1.png: truncated: the JPEG ends within the image"},
		"damaged":                {map[string][]byte{"red/1.png": good, "red/2.png": broken}, "/red/2.png: damaged: png: invalid format: "},
		"a bomb":                 {map[string][]byte{"red/1.png": huge}, "/red/1.png: 65536×65536 pixels in 7"},
		"no rows or columns":     {map[string][]byte{"red/1.png": flat}, "/red/1.png: "},
		"a bomb of a photo":      {map[string][]byte{"red/1.jpg": large}, "/red/1.jpg: 65535×65535 pixels in "},
		"one image":              {map[string][]byte{"red/1.png": good, "blue/1.png": good}, "none of the 2 images can be held out for testing: that takes five images, and a class with two"},
		"other sizes":            {map[string][]byte{"red/1.png": good, "blue/1.png": pngOf(t, 3, 2, red)}, "/red/1.png 2×3: all images must be of one size"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, test.files)
			var err error
			spent := allocated(func() { _, _, err = Open(t.Context(), dir, Options{}) })
			require.ErrorContains(t, err, filepath.FromSlash(test.want))
			assert.ErrorContains(t, err, dir)
			assert.NotContains(t, err.Error(), "\n")
			assert.Less(t, spent, uint64(4<<20))
		})
	}
	_, err := ReadImages(filepath.Join(t.TempDir(), "absent"))
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, err = ReadImages(t.TempDir())
	assert.ErrorContains(t, err, "has no directories: want one with the images of each class, called by the class")
	_, _, err = Open(t.Context(), t.TempDir(), Options{})
	assert.ErrorContains(t, err, "has no train-images-idx3-ubyte, ")
	assert.ErrorContains(t, err, "(or .gz, or a directory of images for each class)")
}

// TestFirstFaultIsNamed: among many faults the first in the order of files is reported, whoever comes to it first.
func TestFirstFaultIsNamed(t *testing.T) {
	files := map[string][]byte{}
	for i := range 200 {
		name := "a/" + strconv.Itoa(1000+i)
		files[name] = pngOf(t, 2, 3, red)
		if i >= 90 && i%3 == 0 {
			files[name] = []byte("GIF89a")
		}
	}
	dir := tree(t, files)
	for range 5 {
		_, err := ReadImages(dir)
		require.ErrorContains(t, err, filepath.Join("a", "1090")+": it is a GIF")
	}
}

// TestImagesAgainstMemory: sizes are compared with memory before pixels are read.
func TestImagesAgainstMemory(t *testing.T) {
	noise := image.NewNRGBA(image.Rect(0, 0, 500, 500))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(i * i >> 3)
	}
	data := encoded(t, noise)
	dir := tree(t, map[string][]byte{"a/1": data, "a/2": data, "b/1": data, "b/2": data, "b/3": data})
	_, err := ReadOptions{}.readImages(memory.With(context.Background(), 8<<20), dir)
	assert.ErrorAs(t, err, new(*memory.TooLargeError))
	assert.ErrorContains(t, err, "the 5 images in "+dir+" would take about ")
	_, err = ReadOptions{}.readImages(memory.With(context.Background(), 64<<20), dir)
	assert.NoError(t, err)
	_, err = ReadOptions{ImageSize: [2]int{16384, 16384}}.readImages(memory.With(context.Background(), 64<<20), dir)
	assert.ErrorAs(t, err, new(*memory.TooLargeError))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = Open(ctx, dir, Options{})
	assert.ErrorIs(t, err, context.Canceled)
	plan, err := measureImages(t.Context(), dir, []imageFile{{filepath.Join(dir, "a", "1"), 0}}, [2]int{})
	require.NoError(t, err)
	_, err = plan.pixels(ctx, []imageFile{{filepath.Join(dir, "a", "1"), 0}})
	assert.ErrorIs(t, err, context.Canceled)
}

// TestImageChanges: a file that is another one by the time of its pixels is refused.
func TestImageChanges(t *testing.T) {
	dir := tree(t, map[string][]byte{"a/1": pngOf(t, 2, 3, red)})
	path := filepath.Join(dir, "a", "1")
	h, err := readImageHeader(t.Context(), path)
	require.NoError(t, err)
	h.size[0]++
	_, err = decodeImage(t.Context(), path, h)
	assert.EqualError(t, err, path+" has changed while it was read")
	require.NoError(t, os.WriteFile(path, pngOf(t, 20, 30, green), 0o666))
	h.size[0]--
	_, err = decodeImage(t.Context(), path, h)
	assert.EqualError(t, err, path+" has changed while it was read")
}

// BenchmarkReadImages reads photographs as they are, and scaled.
func BenchmarkReadImages(b *testing.B) {
	const photos = 100
	img := image.NewRGBA(image.Rect(0, 0, 500, 375))
	for i := range img.Pix {
		img.Pix[i] = uint8((i/7)*(i/2000)>>3) | uint8(i%4/3*255)
	}
	var photo bytes.Buffer
	require.NoError(b, jpeg.Encode(&photo, img, nil))
	files := map[string][]byte{}
	for i := range photos {
		files[[]string{"a/", "b/"}[i%2]+strconv.Itoa(i)] = photo.Bytes()
	}
	dir := tree(b, files)
	for name, size := range map[string][2]int{"whole": {}, "64x64": {64, 64}, "224x224": {224, 224}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, err := ReadOptions{ImageSize: size}.ReadImages(dir)
				require.NoError(b, err)
			}
			b.ReportMetric(photos*float64(b.N)/b.Elapsed().Seconds(), "images/s")
		})
	}
}
