package kfac

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// TestSquares against loops, over two passes, one location and several.
func TestSquares(t *testing.T) {
	const examples, p, q, scale = 5, 3, 4, 0.7
	for _, locations := range []int{1, 2, 3} {
		r, s := random(1), newSquares[float64](p, q)
		want := make([]float64, p*q)
		for pass := range 3 {
			if pass == 1 { // the first is forgotten
				clear(want)
			}
			rows := examples * locations
			a, g := randomSlice(r, rows*p), randomSlice(r, rows*q)
			for e := range examples {
				for i := range p {
					for j := range q {
						var sum float64
						for t := e * locations; t < (e+1)*locations; t++ {
							sum += a[t*p+i] * g[t*q+j]
						}
						want[i*q+j] += scale * sum * sum
					}
				}
			}
			s.add(rowsOf(a, rows, p), rowsOf(g, rows, q), locations, scale, pass <= 1)
			closeTo(t, want, s.sum, 1e-13)
		}
	}
}

// TestDiagonal is that of the enumerated block, and apply divides by it.
func TestDiagonal(t *testing.T) {
	const gamma = 0.3
	for seed, m := range bases {
		for fraction, leading := range map[float64]int{1: 9, 0.4: 4} {
			n := newNetwork[float64](t, uint64(seed), 9, m)
			b := newDiagonal[float64](n.layers[0])
			f := secondMoment(n.perExample(leading))
			require.True(t, b.Accumulate(n.pass(true, fraction)))
			redraw[float64](random(5), n.grad.Taps[0])
			f.Add(f, secondMoment(n.perExample(leading)))
			require.True(t, b.Accumulate(n.pass(false, fraction)))
			require.True(t, b.Accumulate(&Pass{CurvaturePass: new(graph.CurvaturePass)}))
			b.Fold(0)
			v := inverseOf(t, b, gamma)
			want, g := make([]float64, len(b.mean)), n.flat(n.grad.Direction)
			lo, hi := f.At(0, 0), f.At(0, 0)
			for i, x := range g {
				d := f.At(i, i)
				assert.InEpsilon(t, d, b.mean[i], 1e-12)
				want[i] = x / (d + gamma*gamma)
				lo, hi = min(lo, d), max(hi, d)
			}
			closeTo(t, want, n.solved(v), 1e-12)
			assert.InEpsilon(t, (hi+gamma*gamma)/(lo+gamma*gamma), v.Condition(), 1e-12)
			b.Fold(0.5)
			closeTo(t, want, n.solved(v), 1e-12, "an inverse stays what it was")
		}
	}
}

// TestLoose: N times the sum, over passes, of squared gradients of the mean.
func TestLoose(t *testing.T) {
	const gamma, examples = 0.3, 4
	params := []*graph.Param{graph.NewParam("other", graph.Float64, 2), graph.NewParam("scale", graph.Float64, 2, 3)}
	b := newLoose[float64]("scale", 1, 1, 6)
	r := random(1)
	want := make([]float64, 6)
	for k := range 3 {
		if k == 1 { // the first is forgotten
			clear(want)
		}
		g := graph.NewDense(graph.Float64, 2, 3)
		copy(g.Float64s(), randomSlice(r, 6))
		for i, x := range g.Float64s() {
			want[i] += examples * x * x
		}
		p := &Pass{CurvaturePass: &graph.CurvaturePass{Examples: examples, Loose: []*tensor.Dense{nil, g}}, FirstLoose: k <= 1}
		require.True(t, b.Accumulate(p))
		require.True(t, b.Accumulate(&Pass{CurvaturePass: &graph.CurvaturePass{Examples: examples}}))
		b.Fold(0)
		closeTo(t, want, b.mean, 1e-13)
	}
	v, g, u := inverseOf(t, b, gamma), graph.Gradients(params), graph.NewDirection(params)
	copy(g[1].Float64s(), randomSlice(r, 6))
	v.Apply(u, &Gradient{Direction: g})
	for i, x := range g[1].Float64s() {
		assert.InEpsilon(t, x/(want[i]+gamma*gamma), u[1].Float64s()[i], 1e-13)
	}
	assert.Zero(t, u[0].Float64s()[0])
}

// TestNonFinitePass: every structure says so.
func TestNonFinitePass(t *testing.T) {
	for _, s := range Structures() {
		for _, of := range []func(*graph.Tap) *tensor.Dense{
			func(t *graph.Tap) *tensor.Dense { return t.A }, func(t *graph.Tap) *tensor.Dense { return t.G },
		} {
			n := newNetwork[float32](t, 1, 4, affine{in: 2, out: 3, bias: true}, affine{in: 3, out: 2})
			for _, b := range blocksFor(n, s) {
				require.True(t, b.Accumulate(n.pass(true, 1)))
			}
			of(n.grad.Taps[1]).Float32s()[3] = nan32()
			finite := true
			for _, b := range blocksFor(n, s) {
				finite = b.Accumulate(n.pass(true, 1)) && finite
			}
			assert.False(t, finite, s)
		}
	}
}
