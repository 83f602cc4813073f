package trainer_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// dictated is an objective whose gradients are given: optimizers are held against the
// equations of their papers on them.
type dictated struct {
	params []*graph.Param
	next   func(step, param, element int) float64
	step   int
}

func (d *dictated) Params() []*graph.Param { return d.params }
func (d *dictated) Loss() (float64, error) { return 1, nil }

func (d *dictated) Grad() (float64, error) {
	d.step++
	for i, p := range d.params {
		for j := range p.Size() {
			if v := d.next(d.step, i, j); p.Grad.Dtype() == graph.Float32 {
				p.Grad.Float32s()[j] = float32(v)
			} else {
				p.Grad.Float64s()[j] = v
			}
		}
	}
	return 1, nil
}

// shapesOfRivals: wide, square and tall matrices, a bias, weights of one row and of one
// column, and a last matrix.
var shapesOfRivals = [][]int{{3, 5}, {5}, {4, 4}, {4}, {1, 4}, {7, 2}, {3, 1}, {6, 3}}

func newDictated(dtype tensor.Dtype, seed uint64, scale float64) *dictated {
	d := &dictated{}
	r := rand.New(rand.NewPCG(seed, 1))
	for i, shape := range shapesOfRivals {
		p := graph.NewParam(string(rune('a'+i)), dtype, shape...)
		for j := range p.Size() {
			if v := r.NormFloat64(); dtype == graph.Float32 {
				p.Value.Float32s()[j] = float32(v)
			} else {
				p.Value.Float64s()[j] = v
			}
		}
		d.params = append(d.params, p)
	}
	d.params[2].Group = graph.Group{Rate: 0.5, WeightDecay: 3}
	d.next = func(step, param, element int) float64 {
		r := rand.New(rand.NewPCG(seed+uint64(step), uint64(1000*param+element)))
		return scale * (r.NormFloat64() + math.Sin(float64(param+element)))
	}
	return d
}

// written is a rival's rule for one parameter, written out: it has its own state, and
// gives the step ∆ of W ← (1−αw)W + α∆ at step t from 1 on.
type written func(t int, w, g dense) dense

// adamWritten is Adam's rule (Kingma & Ba 2015, algorithm 1).
func adamWritten(b1, b2, eps float64) written {
	var m, v dense
	return func(t int, w, g dense) dense {
		if m == nil {
			m, v = zeros(len(g), len(g[0])), zeros(len(g), len(g[0]))
		}
		m = m.with(b1, 1-b1, g)
		v = v.each(g, func(v, g float64) float64 { return b2*v + (1-b2)*g*g })
		return m.each(v, func(m, v float64) float64 {
			return -m / (1 - math.Pow(b1, float64(t))) / (math.Sqrt(v/(1-math.Pow(b2, float64(t)))) + eps)
		})
	}
}

// holds compares an optimizer with rules over many steps with a changing rate, in
// float64 to 1e-12 of the numbers' size, and in float32.
func holds(t *testing.T, make func() trainer.Optimizer, decay float64, rule func(i int, p *graph.Param) written) {
	t.Helper()
	for _, scale := range []float64{1, 1e-3, 1e4} {
		// float32 differs by what rounding does to averages of few gradients, whose small
		// eigenvalues a root enlarges: a bound on gross mistakes.
		for dtype, tolerance := range map[tensor.Dtype]float64{graph.Float64: 1e-12, graph.Float32: 1e-2} {
			o, d := make(), newDictated(dtype, 7, scale)
			var rules []written
			var want []dense
			for i, p := range d.params {
				rules = append(rules, rule(i, p))
				want = append(want, matrixFrom(p, snapshot(d.params[i:i+1], false)))
			}
			for step := 1; step <= 12; step++ {
				alpha := 0.02 / float64(step)
				o.SetLearningRate(alpha)
				_, err := o.Step(d)
				require.NoError(t, err)
				for i, p := range d.params {
					var g []float64
					for j := range p.Size() {
						v := d.next(step, i, j)
						if dtype == graph.Float32 {
							v = float64(float32(v))
						}
						g = append(g, v)
					}
					want[i] = want[i].with(1-alpha*decay*p.DecayFactor(), alpha*p.RateFactor(), rules[i](step, want[i], matrixFrom(p, g)))
					assert.InDeltaSlice(t, slices.Concat(want[i]...), snapshot(d.params[i:i+1], false), tolerance, "%v, gradients of %g, step %d, %s", dtype, scale, step, p.Name)
				}
				if t.Failed() {
					return
				}
			}
		}
	}
}
