package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// counting counts the mini-batches on which products were taken.
type counting struct {
	*bowl
	products int
}

func (c *counting) Products(n int, dirs ...graph.Direction) (*mat.SymDense, error) {
	c.products++
	return c.bowl.Products(n, dirs...)
}

// paced has nothing but the pace to take products for.
var paced = Config{Mode: Adaptive, Damping: 0.01, MinDamping: 0.01, DampingUpdateSteps: -1, GammaUpdateSteps: -1, ProductUpdateSteps: 4}

// noisy is a bowl whose bottom moves with each step, as that of mini-batches
// does: nothing is over after as many steps as there are parameters.
func noisy(seed uint64) *counting {
	n := 12
	diagonal := make([]float64, n)
	for i := range diagonal {
		diagonal[i] = float64(n)
	}
	return &counting{bowl: randomBowl(seed, diagonal)}
}

func (c *counting) move(k int) {
	copy(c.least, randomSlice(random(uint64(k)), len(c.least)))
}

// TestPaceIsKept: products are taken in the first three steps and then in every
// fourth; in between α and μ are those of the last measurement, but for a μ that
// would let updates grow.
func TestPaceIsKept(t *testing.T) {
	b := noisy(3)
	o := newOptimizer(t, paced)
	var last Stats
	kept := 0
	for k := range 40 {
		b.move(k)
		before := b.products
		grows := math.Abs(adaptiveOf(o).held.mu) >= 1
		_, err := o.Step(b)
		require.NoError(t, err)
		s := o.Stats()
		assert.Negative(t, s.Predicted, "step %d", k)
		switch taken := b.products > before; {
		case k < 3 || k%4 == 3 || grows:
			assert.True(t, taken, "step %d", k)
		case !taken:
			kept++
			assert.Equal(t, [2]float64{last.Alpha, last.Mu}, [2]float64{s.Alpha, s.Mu}, "step %d", k)
		}
		last = s
	}
	assert.Greater(t, kept, 20)
}

// TestPaceGoesDown: the pace of another direction, along which h rises, is not
// kept but measured again.
func TestPaceGoesDown(t *testing.T) {
	b := noisy(4)
	o := newOptimizer(t, paced)
	for k := range 4 {
		b.move(k)
		_, err := o.Step(b)
		require.NoError(t, err)
	}
	adaptiveOf(o).held = pace{alpha: -1} // uphill
	before := b.products
	_, err := o.Step(b)
	require.NoError(t, err)
	assert.Equal(t, before+1, b.products)
	assert.Positive(t, adaptiveOf(o).held.alpha)
}

// TestPaceReachesTheMinimum, as it does with products in every step.
func TestPaceReachesTheMinimum(t *testing.T) {
	for _, every := range []int{1, 5} {
		cfg := paced
		cfg.ProductUpdateSteps, cfg.NoiseScale = every, None
		b := randomBowl(5, []float64{4, 5, 6, 5})
		o := newOptimizer(t, cfg)
		var first, h float64
		for k := range 60 {
			var err error
			h, err = o.Step(b)
			require.NoError(t, err)
			if k == 0 {
				first = h
			}
		}
		assert.Less(t, h, 1e-6*first, "products every %d steps", every)
	}
}
