package datasets

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/memory"
)

func TestShapes(t *testing.T) {
	d := Shapes(ShapesOptions{Train: 3000, Test: 500})
	assert.Equal(t, "shapes", d.Name)
	assert.Equal(t, []int{32, 32, 3}, d.Shape)
	assert.Equal(t, 10, d.Classes)
	assert.Equal(t, []string{"arrow", "bolt", "circle", "crescent", "cross", "heart", "ring", "square", "star", "triangle"}, d.ClassNames)
	assert.True(t, d.Pixels)
	require.Equal(t, 3000, d.Train.Len())
	require.Equal(t, 500, d.Test.Len())
	checkDataset(t, d)

	var count [10]int
	for _, label := range d.Train.Labels {
		count[label]++
	}
	for class, n := range count {
		// Binomial(3000, 1/10) has a deviation of 16.4.
		assert.InDelta(t, 300, n, 5*16.4, d.ClassNames[class])
	}
	for i, v := range d.Train.X {
		if v != float32(uint8(255*v+0.5))/255 {
			require.Fail(t, "not the value of a byte", "%v at %d", v, i)
		}
	}
}

func TestShapesDefaults(t *testing.T) {
	d, err := drawShapes(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 20000, d.Train.Len())
	assert.Equal(t, 4000, d.Test.Len())

	_, err = drawShapes(memory.With(context.Background(), 100<<20))
	assert.ErrorContains(t, err, "the built-in shapes would take about 281 MiB of memory")
}

func TestShapesAreDeterministic(t *testing.T) {
	draw := func(seed uint64) *Dataset { return Shapes(ShapesOptions{Train: 300, Test: 100, Seed: seed}) }
	want := draw(5)
	processors := runtime.GOMAXPROCS(0)
	t.Cleanup(func() { runtime.GOMAXPROCS(processors) })
	for _, n := range []int{1, 3, 7} {
		runtime.GOMAXPROCS(n)
		assert.Equal(t, want, draw(5), "%d processors", n)
	}
	assert.NotEqual(t, want.Train.Labels, draw(6).Train.Labels)
	assert.NotEqual(t, want.Train.X[:len(want.Test.X)], want.Test.X, "the test split has pictures of its own")

	// More of them begin with the same ones.
	longer := Shapes(ShapesOptions{Train: 400, Test: 100, Seed: 5})
	assert.Equal(t, want.Train.X, longer.Train.X[:len(want.Train.X)])
}

// TestShapesDigest: the pictures of one seed are those of every machine and every version. Figures in the documentation
// are of them.
func TestShapesDigest(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("other processors fuse multiplications and additions, which moves a pixel by 1/255 now and then")
	}
	assert.Equal(t, "61f968b9581def4469fda822aee8667666d4f6efacb879ba674e02fcf6224368", Shapes(ShapesOptions{Train: 1000, Test: 200}).Digest())
}

func TestShapesEndWithTheirContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := shapes(ctx, ShapesOptions{})
	assert.ErrorIs(t, err, context.Canceled)
}

// Each outline has area 1 and its centre of mass at the origin, by a count of the points of a grid.
func TestFormsAreBalanced(t *testing.T) {
	const step = 0.01
	for _, f := range allForms() {
		var area, x, y float64
		for i := -150; i < 150; i++ {
			for j := -150; j < 150; j++ {
				p := point{(float64(i) + 0.5) * step, (float64(j) + 0.5) * step}
				if encloses(f.outline, p) {
					area, x, y = area+step*step, x+p.x*step*step, y+p.y*step*step
				}
			}
		}
		assert.InDelta(t, 1, area, 0.01, f.name)
		assert.InDelta(t, 0, x, 0.005, f.name)
		assert.InDelta(t, 0, y, 0.005, f.name)
	}
}

// encloses counts the crossings of a ray to the right.
func encloses(o outline, p point) bool {
	odd := false
	for _, contour := range o {
		for i, a := range contour {
			b := contour[(i+1)%len(contour)]
			if (a.y > p.y) != (b.y > p.y) && p.x < a.x+(p.y-a.y)/(b.y-a.y)*(b.x-a.x) {
				odd = !odd
			}
		}
	}
	return odd
}

// Each copy has the size that its pose says, at whatever place, covers no other, and is inside the picture but for its overhang.
func TestShapesAreInThePicture(t *testing.T) {
	e := newEasel()
	e.pcg.Seed(1, 1)
	for _, f := range allForms() {
		for range 200 {
			e.cut(f.outline)
			var ink float64
			for _, v := range e.mask.Pix {
				ink += float64(v) / 255
			}
			// The elastic field changes areas by up to a fifth, and an overhang takes a pixel's row off.
			n := float64(len(e.taken))
			require.GreaterOrEqual(t, n, 1.0)
			require.Greater(t, ink, 0.7*n*minSize*minSize, f.name)
			require.Less(t, ink, 1.25*n*maxSize*maxSize, f.name)
		}
	}
}

// TestTintsHaveTheirLightness: pictures that differ in hue alone are those of one lightness.
func TestTintsHaveTheirLightness(t *testing.T) {
	e := newEasel()
	e.pcg.Seed(1, 2)
	for range 1000 {
		y := e.uniform(0.1, 0.9)
		c := e.tint(y, e.rng.Float64())
		require.InDelta(t, y, 0.299*c[0]+0.587*c[1]+0.114*c[2], 1e-5)
		for _, v := range c {
			require.True(t, v >= -1e-12 && v <= 1+1e-12, "%v", c)
		}
	}
}

// TestShapesHaveNoColourOfTheirOwn: neither each pixel by itself nor the means and deviations of the colours tell the
// classes apart. Chance is 10 %.
func TestShapesHaveNoColourOfTheirOwn(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for seconds")
	}
	d := Shapes(ShapesOptions{Train: 8000, Test: 4000})
	colours := &Dataset{Shape: []int{4 * shades}, Classes: d.Classes, Train: colourStatistics(d.Train), Test: colourStatistics(d.Test)}
	colours.Standardize()
	d.Standardize()
	for name, c := range map[string]struct {
		d      *Dataset
		epochs int
		most   float64
	}{
		"pixels":  {d, 5, 0.20},
		"colours": {colours, 10, 0.20},
	} {
		m := newSoftmaxRegression(c.d)
		m.rate = 0.001
		for range c.epochs {
			m.train(c.d.Train)
		}
		t.Logf("softmax regression on %s: %.3f test accuracy, %.3f in training", name, m.accuracy(c.d.Test), m.accuracy(c.d.Train))
		assert.Less(t, m.accuracy(c.d.Test), c.most, name)
	}
}

// colourStatistics has each channel's mean, mean square, least and largest value.
func colourStatistics(s Split) Split {
	out := Split{Labels: s.Labels}
	for i := range s.Len() {
		for k := range shades {
			var sum, square float32
			low, high := float32(1), float32(0)
			for j := k; j < pictureSize; j += shades {
				v := s.X[i*pictureSize+j]
				sum, square, low, high = sum+v, square+v*v, min(low, v), max(high, v)
			}
			const n = canvasEdge * canvasEdge
			out.X = append(out.X, sum/n, square/n, low, high)
		}
	}
	return out
}

func BenchmarkShapes(b *testing.B) {
	for b.Loop() {
		Shapes(ShapesOptions{})
	}
	b.ReportMetric(24000*float64(b.N)/b.Elapsed().Seconds(), "examples/s")
}
