package datasets

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// indexed is a data set of n images of shape h×w, image i of value i, all of it.
func indexed(n, h, w int) *Dataset {
	d := noise(n, h, w)
	for i := range d.Train.X {
		d.Train.X[i] = float32(i / (h * w))
	}
	return d
}

// TestMixup: x is λ·own + (1−λ)·other, λ is of Beta(α, α), and others are any with the same chance.
func TestMixup(t *testing.T) {
	const n = 5
	d := indexed(n, 2, 3)
	g := augmenterOf(t, d, Augmentation{Mixup: 0.4})
	out := make([]float32, 6)
	var mean, square float64
	others := [n]int{}
	for epoch := range draws {
		other, share := g.example(out, epoch, 3)
		others[other]++
		mean += float64(share) / draws
		square += float64(share) * float64(share) / draws
		for _, v := range out {
			require.InDelta(t, float64(share)*3+(1-float64(share))*float64(other), v, 1e-6)
		}
	}
	// The variance of Beta(α, α) is 1/(4(2α+1)), and λ² has at most that of a coin.
	deviation := 1 / (2 * math.Sqrt(1.8))
	assert.InDelta(t, 0.5, mean, 5*deviation/math.Sqrt(draws))
	assert.InDelta(t, 0.25+deviation*deviation, square, 5*0.5/math.Sqrt(draws))
	for _, count := range others {
		assert.InDelta(t, draws/n, count, 5*math.Sqrt(draws*0.2*0.8))
	}
}

// TestCutMix: the share is that of the pixels that are the example's own, in a rectangle's complement.
func TestCutMix(t *testing.T) {
	const h, w = 7, 10
	d := indexed(4, h, w)
	g := augmenterOf(t, d, Augmentation{CutMix: 1})
	out := make([]float32, h*w)
	var mean float64
	for epoch := range draws {
		other, share := g.example(out, epoch, 3)
		mean += float64(share) / draws
		if other == 3 {
			continue
		}
		top, left, bottom, right, own := h, w, -1, -1, 0
		for i, v := range out {
			if v == 3 {
				own++
				continue
			}
			require.Equal(t, float32(other), v)
			top, left, bottom, right = min(top, i/w), min(left, i%w), max(bottom, i/w), max(right, i%w)
		}
		require.InDelta(t, float64(own)/(h*w), share, 1e-7)
		if own == h*w {
			continue
		}
		require.Equal(t, h*w-own, (bottom-top+1)*(right-left+1))
	}
	// By enumeration: sides of ⌊√(1−λ)·h⌋ and ⌊√(1−λ)·w⌋ around each pixel, λ uniform.
	var want float64
	const steps = 10_000
	for k := range steps {
		part := math.Sqrt((float64(k) + 0.5) / steps)
		want += coverage(h, int(part*h)) * coverage(w, int(part*w)) / steps
	}
	assert.InDelta(t, 1-want, mean, 5*0.5/math.Sqrt(draws)+1e-3)
}

// coverage is the mean part of n that a range of this size covers around any of its elements.
func coverage(n, size int) float64 {
	covered := 0
	for centre := range n {
		for k := centre - size/2; k < centre-size/2+size; k++ {
			if k >= 0 && k < n {
				covered++
			}
		}
	}
	return float64(covered) / float64(n*n)
}

// TestMixupOrCutMix: with both, each example has one of them, half of the time.
func TestMixupOrCutMix(t *testing.T) {
	d := indexed(2, 6, 6)
	g := augmenterOf(t, d, Augmentation{Mixup: 1, CutMix: 1})
	out := make([]float32, 36)
	mixed, pasted := 0, 0
	for epoch := range draws {
		other, _ := g.example(out, epoch, 0)
		if other == 0 {
			continue
		}
		whole := true
		for _, v := range out {
			whole = whole && (v == 0 || v == 1)
		}
		if whole {
			pasted++
		} else {
			mixed++
		}
	}
	assert.InDelta(t, draws/4, mixed, 5*math.Sqrt(draws*0.25*0.75))
	assert.InDelta(t, draws/4, pasted, 5*math.Sqrt(draws*0.25*0.75))
}

// TestMixedTargets: labels stay whole beside the other's and the share, values are mixed as the images are.
func TestMixedTargets(t *testing.T) {
	d := indexed(6, 2, 2)
	opt := LoaderOptions{BatchSize: 6, Augmentation: Augmentation{Mixup: 0.5}}
	l := augmentedLoader(t, d, opt)
	assert.Nil(t, l.More(), "before the first batch")
	x, y, _ := l.Next()
	more := l.More()
	require.Len(t, more, 2)
	for i := range 6 {
		share := float64(more[1].Float32s()[i])
		assert.Equal(t, int32(i), y.Int32s()[i])
		assert.InDelta(t, share*float64(i)+(1-share)*float64(more[0].Int32s()[i]), x.Float32s()[4*i], 1e-6)
	}

	d.Train.Labels, d.Classes, d.Train.Outputs = nil, 0, 2
	for i := range 6 {
		d.Train.Targets = append(d.Train.Targets, float32(i), -2*float32(i))
	}
	l = augmentedLoader(t, d, opt)
	for epoch := range 3 {
		x, y, ok := l.Next()
		require.True(t, ok, epoch)
		assert.Nil(t, l.More())
		for i := range 6 {
			v := float64(x.Float32s()[4*i])
			assert.InDeltaSlice(t, []float64{v, -2 * v}, []float64{float64(y.Float32s()[2*i]), float64(y.Float32s()[2*i+1])}, 1e-5)
		}
		l.Next()
	}
}

// TestMixupsExpectation: over all draws a mixture is half the example and half the mean of all, and so are its targets.
func TestMixupsExpectation(t *testing.T) {
	d := noise(7, 2, 2)
	g := augmenterOf(t, d, Augmentation{Mixup: 0.3})
	var want, got, class [7]float64
	for i := range 4 {
		want[i] = float64(d.Train.X[4*2+i]) / 2
		for k := range 7 {
			want[i] += float64(d.Train.X[4*k+i]) / 14
		}
	}
	out := make([]float32, 4)
	for epoch := range draws {
		other, share := g.example(out, epoch, 2)
		class[2] += float64(share) / draws
		class[other] += float64(1-share) / draws
		for i, v := range out {
			got[i] += float64(v) / draws
		}
	}
	for i := range 4 {
		assert.InDelta(t, want[i], got[i], 5*0.5/math.Sqrt(draws), "a value in [0, 1] has a deviation of at most ½")
	}
	for k, v := range class {
		p := 1.0 / 14
		if k == 2 {
			p += 0.5
		}
		assert.InDelta(t, p, v, 5*0.5/math.Sqrt(draws))
	}
}
