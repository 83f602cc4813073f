package lrfinder_test

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

	"github.com/gokfac/gokfac/lrfinder"
)

// Both pictures have the suggestion. LRFINDER_PNG=FILE keeps one, to be looked at.
func TestPictures(t *testing.T) {
	model, loader := digits(t)
	f := lrfinder.Finder{Model: model, Optimizer: optimizers["SGD"], Min: 1e-4}
	res, err := f.Run(context.Background(), loader)
	require.NoError(t, err)
	require.Positive(t, res.Suggested)
	var svg, again, image bytes.Buffer
	require.NoError(t, res.WriteSVG(&svg))
	require.NoError(t, res.WriteSVG(&again))
	assert.Equal(t, svg.String(), again.String())
	for _, text := range []string{"suggested: ", "smoothed", "mini-batches", "learning rate", "loss"} {
		assert.Equal(t, 1, strings.Count(svg.String(), ">"+text), text)
	}
	require.NoError(t, res.WritePNG(&image))
	if file := os.Getenv("LRFINDER_PNG"); file != "" {
		require.NoError(t, os.WriteFile(file, image.Bytes(), 0o600))
	}
	decoded, err := png.Decode(&image)
	require.NoError(t, err)
	assert.Equal(t, 1152, decoded.Bounds().Dx())

	res.Suggested = 0
	svg.Reset()
	require.NoError(t, res.WriteSVG(&svg))
	assert.NotContains(t, svg.String(), "suggested")
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestPictureErrors(t *testing.T) {
	assert.ErrorContains(t, (&lrfinder.Result{}).WriteSVG(&bytes.Buffer{}), "lrfinder: the picture: ")
	one := lrfinder.Result{Points: []lrfinder.Point{{Rate: 1, Loss: 1, Smoothed: 1}}, Bound: 4}
	assert.NoError(t, one.WritePNG(&bytes.Buffer{}))
	assert.EqualError(t, one.WritePNG(full{}), "lrfinder: the picture: no space left")
}
