package main

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// convnetOf is a small convnet that has learned the paints.
func convnetOf(t *testing.T, more ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "run")
	o := execute(append([]string{"-dataset", paints(t), "-model", "convnet", "-filters", "4,8", "-hidden", "8", "-epochs", "80", "-batch-size", "24",
		"-progress", "none", "-out", out}, more...)...)
	require.Zero(t, o.status, o.stderr)
	return out
}

// newPaints are images of their own generator, in one directory, by the names of their colours.
func newPaints(t *testing.T, rows, columns int) string {
	t.Helper()
	r, dir := rand.New(rand.NewPCG(77, 1)), t.TempDir()
	for name, of := range map[string]color.RGBA{"blue": {B: 255, R: 30}, "green": {G: 255, B: 30}, "red": {R: 255, G: 30}} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".png"), picture(t, rows, columns, of, r), 0o600))
	}
	return dir
}

// TestPredictImages: a convnet is trained on a directory of images, kept, and asked for the classes of new ones.
func TestPredictImages(t *testing.T) {
	run, fresh := convnetOf(t), newPaints(t, 6, 8)
	o := execute("-load", run, "-predict", fresh)
	require.Zero(t, o.status, o.stderr)
	assert.Empty(t, o.stderr)
	rows := readTable(t, o.stdout)
	require.Len(t, rows, 4)
	assert.Equal(t, []string{"file", "class", "probability of blue", "probability of green", "probability of red"}, rows[0])
	for i, name := range []string{"blue", "green", "red"} {
		assert.Equal(t, []string{name + ".png", name}, rows[i+1][:2])
		sum := 0.0
		for j, text := range rows[i+1][2:] {
			p, err := strconv.ParseFloat(text, 64)
			require.NoError(t, err)
			sum += p
			assert.Equal(t, i == j, p > 0.5, "%v", rows[i+1])
		}
		assert.InDelta(t, 1, sum, 1e-6)
	}
	o = execute("-load", run, "-eval")
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stdout, "convnet 6×8×3, filters 4-8, dense 8-3, ", "not 144-4-8-8-3")
	to := filepath.Join(t.TempDir(), "out.csv")
	o = execute("-load", run, "-predict", filepath.Join(fresh, "red.png"), "-to", to)
	require.Zero(t, o.status, o.stderr)
	assert.Equal(t, "1 predictions in "+to+"\n", o.stderr)
	text, err := os.ReadFile(to)
	require.NoError(t, err)
	assert.Equal(t, [][]string{rows[0], rows[3]}, readTable(t, string(text)), "one image by itself")

	one := filepath.Join(fresh, "green.png")
	for args, want := range map[string]string{
		one + " -to " + one:               "-to " + one + ": these are the images to predict: name another file",
		newPaints(t, 6, 6):                "blue.png has 6×6 pixels (rows × columns), and the model takes 6×8: scale it to that size",
		filepath.Join(fresh, "none.png"):  "-predict: ",
		t.TempDir():                       "has no images",
		paints(t):                         "blue is a directory in it: want the images themselves beside each other",
		one + " -image-size 6x8":          "-image-size: -eval and -predict train nothing",
		badImage(t, "words.png", "text"):  "words.png: it is no image",
		badImage(t, "b.gif", "GIF89a..."): "b.gif: it is a GIF: only PNG and JPEG are read: convert it",
	} {
		o := execute(append([]string{"-load", run, "-predict"}, strings.Fields(args)...)...)
		assert.NotZero(t, o.status, args)
		assert.Contains(t, o.stderr, want)
		assert.LessOrEqual(t, strings.Count(o.stderr, "\n"), 2, o.stderr)
		assert.Empty(t, o.stdout, args)
	}
	for _, to := range []string{one, filepath.Join(fresh, "out.csv"), filepath.Join(fresh, "none", "..", "out.csv")} {
		o = execute("-load", run, "-predict", fresh, "-to", to)
		assert.Equal(t, exitUsage, o.status, to)
		assert.Contains(t, o.stderr, "-to "+to+": it is in the directory of images "+fresh)
	}
	assert.NoFileExists(t, filepath.Join(fresh, "out.csv"))
	o = execute("-load", run, "-predict", fresh, "-to", fresh+".csv")
	assert.Zero(t, o.status, o.stderr)
	o = execute("-load", trained(t, blobs(t)), "-predict", one)
	assert.Equal(t, exitError, o.status)
	assert.Contains(t, o.stderr, "green.png: the model takes no images, but examples of the shape [4]: give it a table")
}

func badImage(t *testing.T, name, text string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// TestPredictScaledImages: a model whose images were made of one size has that done to new ones, too.
func TestPredictScaledImages(t *testing.T) {
	run, fresh := convnetOf(t, "-image-size", "6x6"), newPaints(t, 24, 40)
	grey := image.NewGray(image.Rect(0, 0, 9, 9))
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, grey, nil))
	require.NoError(t, os.WriteFile(filepath.Join(fresh, "grey.jpg"), b.Bytes(), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(fresh, ".DS_Store"), []byte("x"), 0o600))
	o := execute("-load", run, "-predict", fresh)
	require.Zero(t, o.status, o.stderr)
	assert.Equal(t, "4 of 4 images were cut to the form of the model's around their middle where they had another, and scaled to 6×6 pixels\nnot read, as hidden: .DS_Store\n",
		strings.ReplaceAll(o.stderr, "\n  ", " "))
	rows := readTable(t, o.stdout)
	require.Len(t, rows, 5)
	for i, name := range []string{"blue", "green", "grey", "red"} {
		if name != "grey" {
			assert.Equal(t, name, rows[i+1][1])
		}
		assert.True(t, strings.HasPrefix(rows[i+1][0], name+"."))
	}
}

// TestPredictDigits: a model of grey images whose values are from 0 to 1 takes PNGs, and refuses colours.
func TestPredictDigits(t *testing.T) {
	run := filepath.Join(t.TempDir(), "run")
	o := execute("-dataset", "digits", "-hidden", "16", "-opt", "adam", "-max-steps", "100", "-progress", "none", "-out", run)
	require.Zero(t, o.status, o.stderr)
	one := image.NewGray(image.Rect(0, 0, 28, 28)) // a thick stroke is a 1
	for y := 4; y < 24; y++ {
		for x := 12; x < 15; x++ {
			one.SetGray(x, y, color.Gray{255})
		}
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, one, &jpeg.Options{Quality: 100}))
	o = execute("-load", run, "-predict", badImage(t, "one.jpg", b.String()))
	require.Zero(t, o.status, o.stderr)
	assert.Equal(t, []string{"one.jpg", "1"}, readTable(t, o.stdout)[1][:2])
	coloured := badImage(t, "red.png", string(picture(t, 28, 28, color.RGBA{R: 255}, rand.New(rand.NewPCG(1, 1)))))
	o = execute("-load", run, "-predict", coloured)
	assert.Equal(t, exitError, o.status)
	assert.Contains(t, o.stderr, coloured+" is in colour, and the model takes grey images: convert it")
}
