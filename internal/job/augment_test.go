package job

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/trainer"
)

// TestAugmentSetting: a list, in force only where there is one.
func TestAugmentSetting(t *testing.T) {
	s := resolved(t, "-augment flip,crop=2")
	assert.Equal(t, datasets.Augmentation{Crop: 2, Flip: true}, s.Augmentation)
	assert.Equal(t, "crop=2,flip", inForce(t, s, "augment"))
	for _, text := range []string{"none", ""} {
		s, err := Parse(Choices{{"augment", "flip"}, {"augment", text}})
		require.NoError(t, err)
		assert.Zero(t, s.Augmentation)
		for _, item := range s.Configuration() {
			assert.NotEqual(t, "augment", item.Name)
		}
	}
}

func TestAugmentRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"flip,croop=2": `invalid value "flip,croop=2" for -augment: want none, or a list of crop=PIXELS, shift=PIXELS, flip, vflip, rotate=DEGREES, ` +
			`erase=PIXELS, brightness=PART, contrast=PART, mixup=ALPHA, cutmix=ALPHA: "croop" is none (did you mean crop?)`,
		"mixup=0": `invalid value "mixup=0" for -augment: mixup: "0": want a number above 0`,
	} {
		_, err := Parse(choices("-augment " + text))
		require.Error(t, err)
		assert.Equal(t, want, inFlags(err.Error()))
	}
	data := blobs(t)
	_, err := Parse(choices("-augment flip -dataset " + data))
	require.Error(t, err)
	assert.Equal(t, "-augment is of images: -dataset "+data+" is a table", inFlags(err.Error()))

	s := resolved(t, "-augment crop=4")
	_, err = s.trainingLoader(&datasets.Dataset{Name: "small", Shape: []int{4, 9}})
	require.Error(t, err)
	assert.Equal(t, "-augment: small: augmentation crop=4: the images have 4×9 pixels: want less than 4", inFlags(err.Error()))
	var refused *SettingError
	assert.ErrorAs(t, err, &refused)
}

// colours are images of 6×6 pixels in three channels, of two classes: one is redder than the other.
func colours() *datasets.Dataset {
	r := rand.New(rand.NewPCG(1, 1))
	split := func(n int) (s datasets.Split) {
		for i := range n {
			s.Labels = append(s.Labels, int32(i%2))
			for j := range 6 * 6 * 3 {
				v := r.Float32() / 2
				if j%3 == 0 {
					v += float32(i%2) / 2
				}
				s.X = append(s.X, v)
			}
		}
		return s
	}
	return &datasets.Dataset{
		Name: "colours", Shape: []int{6, 6, 3}, Classes: 2, ClassNames: []string{"blue", "red"}, Pixels: true, Train: split(120), Test: split(40),
		Scaling: datasets.Scaling{Mean: []float64{0}, Deviation: []float64{255}},
	}
}

// TestAugmentedColours: a run on colour images learns them, and its saved model predicts from images as a file has them.
func TestAugmentedColours(t *testing.T) {
	d, s := colours(), parsed(t, "-opt adam -hidden 16 -batch-size 20 -epochs 20 -augment crop=1,flip,rotate=10,mixup=0.2,cutmix=1")
	raw, err := d.Scaling.Invert(d.Test.X)
	require.NoError(t, err)
	require.NoError(t, s.prepare(d, true))
	require.NoError(t, s.Resolve(d.Train.Len()))
	r, err := New(s, d)
	require.NoError(t, err)
	require.NoError(t, r.Fit(t.Context(), unseen))
	assert.Greater(t, r.Score("test_accuracy"), 0.9)
	assert.Greater(t, r.trainLoss(), r.Score("test_loss"))

	dir := t.TempDir()
	require.NoError(t, r.SaveModel(dir))
	model, prep, err := trainer.Load(dir, trainer.LoadConfig{})
	require.NoError(t, err)
	assert.Equal(t, d.Scaling, prep.Inputs)
	predictor, err := trainer.NewPredictor(model, prep)
	require.NoError(t, err)
	right := 0
	for i, label := range d.Test.Labels {
		p, err := predictor.Predict(raw[i*108 : (i+1)*108])
		require.NoError(t, err)
		if p.Class == int(label) {
			right++
		}
	}
	assert.Equal(t, r.Score("test_accuracy"), float64(right)/40)

	// The model goes on with images of its own scale.
	again, more := colours(), parsed(t, "-opt adam -batch-size 20 -epochs 1 -augment mixup=0.2,flip -load "+dir)
	require.NoError(t, more.prepare(again, true))
	assert.Equal(t, d.Train.X, again.Train.X)
	require.NoError(t, more.Resolve(again.Train.Len()))
	next, err := New(more, again)
	require.NoError(t, err)
	require.NoError(t, next.Fit(t.Context(), unseen))
}

// TestStandardizesByChannel images of several channels, and those whose pixels are to be moved.
func TestStandardizesByChannel(t *testing.T) {
	images := func(pixels bool, shape ...int) *datasets.Dataset {
		d := &datasets.Dataset{Name: "images", Shape: shape, Classes: 1, Pixels: pixels, Train: datasets.Split{Labels: make([]int32, 20)}}
		r := rand.New(rand.NewPCG(1, 1))
		for range 20 * d.Features() {
			d.Train.X = append(d.Train.X, r.Float32())
		}
		return d
	}
	for name, test := range map[string]struct {
		args  string
		d     *datasets.Dataset
		means int // different ones
	}{
		"grey pixels":             {"", images(true, 4, 4), 1},
		"grey pixels, moved":      {"-augment flip", images(true, 4, 4), 1},
		"colours":                 {"", images(true, 4, 4, 3), 3},
		"other values":            {"", images(false, 4, 4), 16},
		"other values, moved":     {"-augment flip", images(false, 4, 4), 1},
		"other colours, moved":    {"-augment flip", images(false, 4, 4, 3), 3},
		"a table, if that can be": {"-augment flip", images(false, 16), 16},
	} {
		s := resolved(t, test.args)
		require.NoError(t, s.standardize(test.d))
		different := map[float64]bool{}
		for _, mean := range test.d.Scaling.Mean {
			different[mean] = true
		}
		assert.Len(t, different, test.means, name)
	}
}
