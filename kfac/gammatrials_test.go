package kfac

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// calls notes the number of directions of each call for products.
type calls struct {
	*bowl
	dirs []int
}

func (c *calls) Products(n int, dirs ...graph.Direction) (*mat.SymDense, error) {
	c.dirs = append(c.dirs, len(dirs))
	return c.bowl.Products(n, dirs...)
}

// TestTrialsShareACall: a search for γ on mini-batches, and the step after it, take one
// call for products along δ₀ and three proposals, or two where a bound leaves no room for
// a greater γ. The step is the one that the winner's own products would give.
func TestTrialsShareACall(t *testing.T) {
	for _, room := range []bool{true, false} {
		c := &calls{bowl: randomBowl(6, []float64{3, 1, 4, 2})}
		o := newOptimizer(t, Config{Mode: Adaptive, Damping: 0.5, DampingUpdateSteps: None, GammaUpdateSteps: 5})
		for k := range 5 {
			copy(c.theta(), randomSlice(random(uint64(k)), 4))
			_, err := o.Step(c)
			require.NoError(t, err)
		}
		want := 3
		if room {
			o.gamma, want = o.gamma/2, 4
		}
		copy(c.theta(), randomSlice(random(50), 4))
		c.dirs = nil
		last := graph.NewDirection(c.param)
		last.Copy(lastOf(o))
		_, err := o.Step(c)
		require.NoError(t, err)
		assert.Equal(t, []int{want}, c.dirs)

		a := adaptiveOf(o)
		o.propose() // the inverses are the winner's
		f, err := c.bowl.Products(0, o.u, last)
		require.NoError(t, err)
		lastOf(o).Copy(last)
		q := a.quadratic(c, f, o.u, 0, 1)
		alpha, mu, _ := q.within(a.mostMomentum())
		assert.InEpsilon(t, a.share()*alpha, o.Stats().Alpha, 1e-12)
		assert.InDelta(t, a.share()*mu, o.Stats().Mu, 1e-12)
	}
}
