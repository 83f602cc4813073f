package job

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets"
)

// TestColoursAreShown: images of several channels, which are standardised by channel, are
// shown as the pictures that they were.
func TestColoursAreShown(t *testing.T) {
	raw := datasets.Shapes(datasets.ShapesOptions{Train: 40, Test: 20, Seed: 3})
	want := append([]float32{}, raw.Test.X...)
	require.Equal(t, want, pixelsOf(raw).values(raw.Test.X))
	raw.StandardizeChannels()
	show := pixelsOf(raw)
	assert.True(t, show.image)
	assert.Equal(t, []int{32, 32, 3}, show.shape)
	assert.Equal(t, 1.0, show.top)
	assert.InDeltaSlice(t, want, show.values(raw.Test.X), 1e-6)

	features := datasets.Shapes(datasets.ShapesOptions{Train: 40, Test: 20, Seed: 3})
	features.Scaling = raw.Scaling
	features.Scaling.Mean = append([]float64{}, raw.Scaling.Mean...)
	features.Scaling.Mean[7]++
	features.Pixels = false
	assert.False(t, pixelsOf(features).image, "each feature has a scale of its own")
}
