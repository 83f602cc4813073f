package datasets

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/scaling"
)

// TestStandardizeChannelsByHand: the first channel has the values 0, 2, 4, 6 in training, with mean 3 and deviation √5,
// the second 1 and 1, the third −1 and 3 with mean 1 and deviation 2.
func TestStandardizeChannelsByHand(t *testing.T) {
	d := pictures([]int{1, 2, 3}, []float32{0, 1, -1, 2, 1, -1}, []float32{4, 1, 3, 6, 1, 3})
	d.Test = Split{X: []float32{3, 9, 1, 8, 1, 5}, Labels: []int32{0}}
	d.Scaling = byteScaling()
	require.NoError(t, d.StandardizeChannels())
	const fifth = 0.4472135954999579 // 1/√5
	assert.InDeltaSlice(t, []float32{-3 * fifth, 0, -1, -fifth, 0, -1, fifth, 0, 1, 3 * fifth, 0, 1}, d.Train.X, 1e-6)
	assert.InDeltaSlice(t, []float32{0, 0, 0, 5 * fifth, 0, 2}, d.Test.X, 1e-6)
	assert.False(t, d.Pixels)
	const root = 2.23606797749979 // √5
	assert.InDeltaSlice(t, []float64{3 * 255, 255, 255, 3 * 255, 255, 255}, d.Scaling.Mean, 1e-9)
	assert.InDeltaSlice(t, []float64{root * 255, 0, 2 * 255, root * 255, 0, 2 * 255}, d.Scaling.Deviation, 1e-9)
	// A new example, as a file has it.
	x, err := d.Scaling.Apply([]float64{3 * 255, 7, 1 * 255, 8 * 255, 7, 5 * 255})
	require.NoError(t, err)
	assert.InDeltaSlice(t, d.Test.X, x, 1e-6)
}

// TestStandardizeChannelsOfOne is Standardize where all pixels share one mean.
func TestStandardizeChannelsOfOne(t *testing.T) {
	for _, shape := range [][]int{{4, 5}, {4, 5, 1}} {
		channels, whole := noise(7, shape...), noise(7, shape...)
		require.NoError(t, channels.StandardizeChannels())
		whole.Standardize()
		assert.Equal(t, whole.Train.X, channels.Train.X)
		assert.Equal(t, whole.Scaling, channels.Scaling)
	}
}

// TestStandardizeChannelsIsPerChannel is each channel standardised as a data set by itself.
func TestStandardizeChannelsIsPerChannel(t *testing.T) {
	d := noise(9, 3, 4, 3)
	for i := range d.Train.X {
		d.Train.X[i] = d.Train.X[i]*float32(1+i%3) + float32(i%3)
	}
	alone := make([]*Dataset, 3)
	for c := range alone {
		alone[c] = noise(9, 3, 4)
		for i := range alone[c].Train.X {
			alone[c].Train.X[i] = d.Train.X[3*i+c]
		}
		alone[c].Standardize()
	}
	require.NoError(t, d.StandardizeChannels())
	for i, v := range d.Train.X {
		require.InDelta(t, alone[i%3].Train.X[i/3], v, 1e-6)
	}
}

func TestStandardizeChannelsRefuses(t *testing.T) {
	d := noise(3, 8)
	x := slices.Clone(d.Train.X)
	assert.EqualError(t, d.StandardizeChannels(), "datasets: pictures: channels are of images, H×W or H×W×C: these examples have the shape [8]")
	assert.Equal(t, x, d.Train.X)
}

// TestStandardizeChannelsOfExactValues measures what the file has, not what float32 makes of it.
func TestStandardizeChannelsOfExactValues(t *testing.T) {
	d := noise(4, 1, 2, 2)
	d.Train.exact = make([]float64, len(d.Train.X))
	for i := range d.Train.X {
		d.Train.exact[i] = 1.6e9 + float64(i)
		d.Train.X[i] = float32(d.Train.exact[i])
	}
	want := scaling.Scaling{Mean: []float64{1.6e9 + 7, 1.6e9 + 8}}
	require.NoError(t, d.StandardizeChannels())
	assert.InDeltaSlice(t, want.Mean, d.Scaling.Mean[:2], 1e-6)
	assert.InDelta(t, -7/4.58257569495584, d.Train.X[0], 1e-6) // 0, 2, …, 14 have the mean 7 and the deviation √21
}
