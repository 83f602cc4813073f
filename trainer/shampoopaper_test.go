package trainer_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// TestShampooAgainstPaper: the equations of Gupta et al. with running averages, the
// roots by gonum's eigenvectors, and Adam's length.
func TestShampooAgainstPaper(t *testing.T) {
	for _, cfg := range []trainer.ShampooConfig{
		{UpdateSteps: 1, Epsilon: 1e-2}, {UpdateSteps: 4, Momentum: 0.6, Beta1: 0.5, Beta2: 0.8, Epsilon: 1e-2}, {UpdateSteps: 3, MaxDimension: 4, Epsilon: 1e-2},
		{UpdateSteps: 2, MaxDimension: 1}, {Beta1: trainer.None, Epsilon: 1e-2},
	} {
		cfg.WeightDecay = 0.3
		o, err := trainer.NewShampoo(cfg)
		require.NoError(t, err)
		c := o.Config()
		b1 := max(c.Beta1, 0)
		holds(t, func() trainer.Optimizer { o, _ := trainer.NewShampoo(cfg); return o }, 0.3, func(i int, p *graph.Param) written {
			adam := adamWritten(b1, c.Beta2, c.AdamEpsilon)
			var m, velocity, l, r, lroot, rroot dense
			return func(step int, w, g dense) dense {
				rows, cols := len(g), len(g[0])
				if m == nil {
					m, velocity, l, r = zeros(rows, cols), zeros(rows, cols), zeros(rows, rows), zeros(cols, cols)
				}
				m = m.with(b1, 1-b1, g)
				l, r = l.with(c.Beta2, 1-c.Beta2, g.times(g.t())), r.with(c.Beta2, 1-c.Beta2, g.t().times(g))
				matrix := rows > 1 && cols > 1
				left, right := matrix && rows <= c.MaxDimension, matrix && cols <= c.MaxDimension
				exponent := -0.25
				if left != right {
					exponent = -0.5
				}
				if (step-1)%c.UpdateSteps == 0 {
					lroot, rroot = rootOf(t, l, exponent, c.Epsilon, left), rootOf(t, r, exponent, c.Epsilon, right)
				}
				graft := adam(step, w, g)
				p := graft
				if left || right {
					p = lroot.times(m).times(rroot)
					p = p.with(-graft.norm()/p.norm(), 0, p)
				}
				velocity = velocity.with(c.Momentum, 1, p)
				return velocity
			}
		})
	}
}

// rootOf is (M + ε max(eigenvalue) I)^exponent.
func rootOf(t *testing.T, m dense, exponent, epsilon float64, wanted bool) dense {
	q, values := eigenvectors(t, m)
	powers := zeros(len(m), len(m))
	for i, v := range values {
		powers[i][i] = 1
		if wanted {
			powers[i][i] = math.Pow(max(v, 0)+epsilon*values[0], exponent)
		}
	}
	return q.times(powers).times(q.t())
}
