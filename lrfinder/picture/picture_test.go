package picture_test

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/lrfinder"
	"github.com/gokfac/gokfac/lrfinder/picture"
	"github.com/gokfac/gokfac/trainer"
)

// Both pictures have the suggestion. LRFINDER_PNG=FILE keeps one, to be looked at.
func TestPictures(t *testing.T) {
	data := datasets.Digits(datasets.DigitsOptions{Train: 640, Test: 10})
	loader, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 64, Shuffle: true, Seed: 1})
	require.NoError(t, err)
	model, err := trainer.NewModel(layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 32}, layers.ReLU(), &layers.Dense{Units: 10}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: data.Shape, Seed: 1})
	require.NoError(t, err)
	f := lrfinder.Finder{Model: model, Min: 1e-4, Optimizer: func() (trainer.Optimizer, error) { return trainer.NewSGD(trainer.SGDConfig{Momentum: 0.9}) }}
	res, err := f.Run(context.Background(), loader)
	require.NoError(t, err)
	require.Positive(t, res.Suggested)
	var svg, again, image bytes.Buffer
	require.NoError(t, picture.WriteSVG(&svg, res))
	require.NoError(t, picture.WriteSVG(&again, res))
	assert.Equal(t, svg.String(), again.String())
	for _, text := range []string{"suggested: ", "smoothed", "mini-batches", "learning rate", "loss"} {
		assert.Equal(t, 1, strings.Count(svg.String(), ">"+text), text)
	}
	require.NoError(t, picture.WritePNG(&image, res))
	if file := os.Getenv("LRFINDER_PNG"); file != "" {
		require.NoError(t, os.WriteFile(file, image.Bytes(), 0o600))
	}
	decoded, err := png.Decode(&image)
	require.NoError(t, err)
	assert.Equal(t, 1152, decoded.Bounds().Dx())

	res.Suggested = 0
	svg.Reset()
	require.NoError(t, picture.WriteSVG(&svg, res))
	assert.NotContains(t, svg.String(), "suggested")
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestPictureErrors(t *testing.T) {
	assert.ErrorContains(t, picture.WriteSVG(&bytes.Buffer{}, &lrfinder.Result{}), "lrfinder: the picture: ")
	one := lrfinder.Result{Points: []lrfinder.Point{{Rate: 1, Loss: 1, Smoothed: 1}}, Bound: 4}
	assert.NoError(t, picture.WritePNG(&bytes.Buffer{}, &one))
	assert.EqualError(t, picture.WritePNG(full{}, &one), "lrfinder: the picture: no space left")
}
