package kfac_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// byHand is a network of two layers, tanh between them, with the squared error,
// written in plain Go: no graph, no model. Taps are on its own memory.
type byHand struct {
	x, y   []float64 // n×in and n×out
	n      int
	params []*graph.Param // w1 in×hidden, b1, w2 hidden×out, b2
	taps   []*graph.Tap
	a1, a2 *tensor.Dense // inputs of both layers
	g1, g2 *tensor.Dense // gradients at their outputs
	z      []float64
}

func newByHand(t *testing.T, x, y []float64, n, in, hidden, out int) *byHand {
	t.Helper()
	o := &byHand{x: x, y: y, n: n, z: make([]float64, n*out), params: []*graph.Param{
		graph.NewParam("w1", graph.Float64, in, hidden), graph.NewParam("b1", graph.Float64, hidden),
		graph.NewParam("w2", graph.Float64, hidden, out), graph.NewParam("b2", graph.Float64, out),
	}}
	o.a1, o.a2 = graph.NewDense(graph.Float64, n, in), graph.NewDense(graph.Float64, n, hidden)
	o.g1, o.g2 = graph.NewDense(graph.Float64, n, hidden), graph.NewDense(graph.Float64, n, out)
	first, err := graph.NewTap("first", o.params[0], o.params[1], n, o.a1, o.g1)
	require.NoError(t, err)
	second, err := graph.NewTap("second", o.params[2], o.params[3], n, o.a2, o.g2)
	require.NoError(t, err)
	second.Previous = first
	o.taps = []*graph.Tap{first, second}
	return o
}

// affineInto is s = aW + b.
func affineInto(s, a []float64, w, b *graph.Param, n int) {
	in, out := w.Value.Shape()[0], w.Value.Shape()[1]
	for e := range n {
		for j := range out {
			s[e*out+j] = b.Value.Float64s()[j]
			for i := range in {
				s[e*out+j] += a[e*in+i] * w.Value.Float64s()[i*out+j]
			}
		}
	}
}

func (o *byHand) forward() (loss float64) {
	copy(o.a1.Float64s(), o.x)
	affineInto(o.a2.Float64s(), o.x, o.params[0], o.params[1], o.n)
	for i, v := range o.a2.Float64s() {
		o.a2.Float64s()[i] = math.Tanh(v)
	}
	affineInto(o.z, o.a2.Float64s(), o.params[2], o.params[3], o.n)
	for i, z := range o.z {
		loss += (z - o.y[i]) * (z - o.y[i]) / 2 / float64(o.n)
	}
	return loss
}

// backward fills the taps' gradients from those at the outputs.
func (o *byHand) backward(atOutputs func(i int) float64) {
	for i := range o.z {
		o.g2.Float64s()[i] = atOutputs(i) / float64(o.n)
	}
	hidden, out := o.g1.Shape()[1], o.g2.Shape()[1]
	for e := range o.n {
		for i := range hidden {
			var d float64
			for j := range out {
				d += o.g2.Float64s()[e*out+j] * o.params[2].Value.Float64s()[i*out+j]
			}
			h := o.a2.Float64s()[e*hidden+i]
			o.g1.Float64s()[e*hidden+i] = d * (1 - h*h)
		}
	}
}

func (o *byHand) Params() []*graph.Param { return o.params }
func (o *byHand) Examples() int          { return o.n }
func (o *byHand) Taps() []*graph.Tap     { return o.taps }
func (o *byHand) Loose() []*graph.Param  { return nil }
func (o *byHand) L2() float64            { return 0 }
func (o *byHand) Loss() (float64, error) { return o.forward(), nil }

func (o *byHand) Grad() (float64, error) {
	loss := o.forward()
	o.backward(func(i int) float64 { return o.z[i] - o.y[i] })
	for l, t := range o.taps {
		w, b := o.params[2*l], o.params[2*l+1]
		in, out := w.Value.Shape()[0], w.Value.Shape()[1]
		w.Grad.Zero()
		b.Grad.Zero()
		for e := range o.n {
			for j := range out {
				g := t.G.Float64s()[e*out+j]
				b.Grad.Float64s()[j] += g
				for i := range in {
					w.Grad.Float64s()[i*out+j] += t.A.Float64s()[e*in+i] * g
				}
			}
		}
	}
	return loss, nil
}

// Curvature has a pass for each output unit: the Gaussian's Hessian is the identity.
func (o *byHand) Curvature(est graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	loss, err := o.Grad()
	if err != nil || est != graph.Exact {
		return loss, est.Validate()
	}
	out := o.g2.Shape()[1]
	for unit := range out {
		o.backward(func(i int) float64 {
			if i%out == unit {
				return 1
			}
			return 0
		})
		if err := visit(&graph.CurvaturePass{Examples: o.n, Taps: o.taps}); err != nil {
			return loss, err
		}
	}
	return loss, nil
}

// TestTapsOfOnesOwn: K-FAC takes the same steps on a network written by hand as on the
// one of layers, in every structure.
func TestTapsOfOnesOwn(t *testing.T) {
	const n, in, hidden, out = 6, 3, 4, 2
	x, y := normal(1, n, in), normal(2, n, out)
	for _, structure := range kfac.Structures() {
		cfg := kfac.Config{Mode: kfac.Fixed, Structure: structure, Estimator: graph.Exact, DampingUpdateSteps: kfac.None, Damping: 0.5, LearningRate: 0.2, Momentum: 0.5}
		m := newModel(t, layers.Sequential{&layers.Dense{Units: hidden}, layers.Tanh(), &layers.Dense{Units: out}}, losses.SquaredError{}, in)
		o := newByHand(t, x.Float64s(), y.Float64s(), n, in, hidden, out)
		restore(o.params, flat(m.Params(), values))
		a, b := newOptimizer(t, cfg), newOptimizer(t, cfg)
		var first, last float64
		for k := range 12 {
			want := step(t, m, a, x, y)
			got, err := b.Step(o)
			require.NoError(t, err)
			assert.InDelta(t, want, got, 1e-11, "%s, step %d", structure, k)
			if k == 0 {
				first = got
			}
			last = got
		}
		near(t, flat(m.Params(), values), flat(o.params, values), 1e-9, structure)
		assert.Less(t, last, first/2)
	}
}

// TestNewTapErrors name the tap and both shapes.
func TestNewTapErrors(t *testing.T) {
	w, b := graph.NewParam("w", graph.Float64, 3, 2), graph.NewParam("b", graph.Float64, 2)
	dense := func(shape ...int) *tensor.Dense { return graph.NewDense(graph.Float64, shape...) }
	for want, call := range map[string]func() (*graph.Tap, error){
		"tap t: inputs of shape (4, 2) and gradients of shape (4, 2) with a weight of shape (3, 2)": func() (*graph.Tap, error) { return graph.NewTap("t", w, b, 4, dense(4, 2), dense(4, 2)) },
		"tap t: 4 rows of inputs and 6 of gradients for 2 examples":                                 func() (*graph.Tap, error) { return graph.NewTap("t", w, b, 2, dense(4, 3), dense(6, 2)) },
		"tap t: 4 rows of inputs and 4 of gradients for 3 examples":                                 func() (*graph.Tap, error) { return graph.NewTap("t", w, b, 3, dense(4, 3), dense(4, 2)) },
		"a bias of shape (3, 2) for 2 outputs":                                                      func() (*graph.Tap, error) { return graph.NewTap("t", w, w, 4, dense(4, 3), dense(4, 2)) },
		"inputs of float32": func() (*graph.Tap, error) {
			return graph.NewTap("t", w, b, 4, graph.NewDense(graph.Float32, 4, 3), dense(4, 2))
		},
		"are needed": func() (*graph.Tap, error) { return graph.NewTap("t", nil, b, 4, dense(4, 3), dense(4, 2)) },
	} {
		_, err := call()
		assert.ErrorContains(t, err, want)
	}
	tap, err := graph.NewTap("t", w, nil, 2, dense(6, 3), dense(6, 2))
	require.NoError(t, err)
	assert.Equal(t, 3, tap.Locations())
}

var _ graph.CurvatureObjective = (*byHand)(nil)
var _ trainer.Optimizer = (*kfac.Optimizer)(nil)
