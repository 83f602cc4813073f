package losses_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// surrogate is a cost with what it is by definition, for one example with a weight.
type surrogate struct {
	name  string // of its distribution, as in all
	cost  losses.Cost
	value func(z, y []float64, weight float64) float64
	mixed bool // examples are mixtures of two
}

func surrogates() map[string]surrogate {
	weights := []float64{0.5, 0, 2}
	smoothed := func(w []float64, eps float64) func(z, y []float64, _ float64) float64 {
		return func(z, y []float64, _ float64) (sum float64) {
			for c := range z {
				q := eps / float64(len(z))
				if int(y[0]) == c {
					q += 1 - eps
				}
				cost, _ := naive("softmax", z, []float64{float64(c)})
				sum += w[c] * q * cost
			}
			return sum
		}
	}
	list := map[string]surrogate{
		"class weights": {"softmax", &losses.ClassCost{Weights: weights}, smoothed(weights, 0), false},
		"smoothing":     {"softmax", &losses.ClassCost{Smoothing: 0.3}, smoothed([]float64{1, 1, 1}, 0.3), false},
		"both":          {"softmax", &losses.ClassCost{Weights: weights, Smoothing: 0.2}, smoothed(weights, 0.2), false},
		"neither":       {"softmax", &losses.ClassCost{}, smoothed([]float64{1, 1, 1}, 0), false},
	}
	for name, l := range all {
		list["weighted "+name] = surrogate{name, losses.Weighted{Canonical: l.(losses.Canonical)}, func(z, y []float64, weight float64) float64 {
			cost, _ := naive(name, z, y)
			return weight * cost
		}, false}
	}
	list["mixed"] = surrogate{"softmax", losses.SoftmaxCrossEntropy{}, smoothed([]float64{1, 1, 1}, 0), true}
	list["mixed, both"] = surrogate{"softmax", &losses.ClassCost{Weights: weights, Smoothing: 0.2}, smoothed(weights, 0.2), true}
	return list
}

// built adds a surrogate with random outputs, targets and weights.
type built struct {
	b          *graph.Builder
	z, seed    *graph.Node
	zMem       *tensor.Dense
	cost, grad *graph.Node
	want       float64
}

func build(t *testing.T, s surrogate, dtype tensor.Dtype) built {
	t.Helper()
	const n, units = 4, 3
	c, spread := outputsOf(s.name, units), 1.5
	if s.name == "gaussian" {
		spread = 0.25 // for derivatives of the size of the others'
	}
	r := rand.New(rand.NewPCG(8, 9))
	b := typedBuilder(t, dtype, n, 1)
	zs, ws := make([]float64, n*c), make([]float64, n)
	for i := range zs {
		zs[i] = float64(float32(spread * r.NormFloat64()))
	}
	for i := range ws {
		ws[i] = float64(float32(r.NormFloat64()))
	}
	out := built{b: b}
	out.z, out.zMem = input(t, b, zs, n, c)
	shape, err := s.cost.TargetShape(out.z.Shape())
	require.NoError(t, err)
	ys := randomTargets(r, s.name, n, units)
	for i, v := range ys {
		ys[i] = float64(float32(v))
	}
	y, yMem := input(t, b, ys, shape...)
	require.NoError(t, s.cost.Validate(yMem, c))
	out.seed, _ = input(t, b, []float64{0.75}, 1)
	others, shares := []float64{ys[0], 2, 0, 1}, []float64{0.25, 1, 0.625, 0}
	if s.mixed {
		o, oMem := input(t, b, others, n)
		p, pMem := input(t, b, shares, n)
		require.NoError(t, s.cost.Validate(oMem, c))
		require.NoError(t, losses.ValidateShares(pMem))
		out.cost = must(t)(s.cost.(losses.Mixable).BuildMixed(b, out.z, y, o, p))
	} else if m, ok := s.cost.(losses.MoreTargets); ok {
		shapes, err := m.MoreShapes(out.z.Shape())
		require.NoError(t, err)
		require.Equal(t, []tensor.Shape{{n}}, shapes)
		w, wMem := input(t, b, ws, n)
		require.NoError(t, m.ValidateMore([]*tensor.Dense{wMem}, c))
		out.cost = must(t)(m.BuildMore(b, out.z, y, []*graph.Node{w}))
	} else {
		out.cost = must(t)(s.cost.Build(b, out.z, y))
	}
	grads, err := b.Backward(out.cost, out.seed, out.z)
	require.NoError(t, err)
	out.grad = grads[0]
	width := len(ys) / n
	for e := range n {
		want := s.value(zs[e*c:(e+1)*c], ys[e*width:(e+1)*width], ws[e])
		if s.mixed {
			want = shares[e]*want + (1-shares[e])*s.value(zs[e*c:(e+1)*c], others[e:e+1], ws[e])
		}
		out.want += want / n
	}
	return out
}

// TestSurrogates: a cost is what its definition says, and its gradient and the
// tangents of both are central differences. Truncation is h²·f‴/6, rounding ε·f/h.
func TestSurrogates(t *testing.T) {
	const tolerance = 1e-9
	for name, s := range surrogates() {
		t.Run(name, func(t *testing.T) {
			h := 1e-5
			if s.name == "gaussian" {
				h = 4e-6 // for third derivatives up to 100
			}
			x := build(t, s, graph.Float64)
			dz, dzMem := input(t, x.b, make([]float64, x.zMem.DataSize()), x.zMem.Shape()...)
			r := rand.New(rand.NewPCG(4, 4))
			for i := range dzMem.Float64s() {
				dzMem.Float64s()[i] = r.NormFloat64()
			}
			wrt, tangents := []*graph.Node{x.z}, []*graph.Node{dz}
			costDot, gradDot := must(t)(x.b.Forward(x.cost, wrt, tangents)), must(t)(x.b.Forward(x.grad, wrt, tangents))
			run := func() (cost float64, grad []float64) {
				compute(t, x.b, x.cost, x.grad)
				return values(x.cost)[0], values(x.grad)
			}
			cost, grad := run()
			assert.InDelta(t, x.want, cost, 1e-14)
			compute(t, x.b, costDot, gradDot)
			along, gradAlong := values(costDot)[0], values(gradDot)
			for i := range x.zMem.Float64s() {
				kept := x.zMem.Float64s()[i]
				x.zMem.Float64s()[i] = kept + h
				up, _ := run()
				x.zMem.Float64s()[i] = kept - h
				down, _ := run()
				x.zMem.Float64s()[i] = kept
				assert.InDelta(t, 0.75*(up-down)/(2*h), grad[i], tolerance, "element %d", i)
			}
			z := graph.Direction{x.zMem}
			z.AddScaled(h, graph.Direction{dzMem})
			up, gradUp := run()
			z.AddScaled(-2*h, graph.Direction{dzMem})
			down, gradDown := run()
			assert.InDelta(t, (up-down)/(2*h), along, tolerance)
			for i := range gradUp {
				assert.InDelta(t, (gradUp[i]-gradDown[i])/(2*h), gradAlong[i], tolerance)
			}
		})
	}
}

// float32 against float64: roundings of numbers below 10.
func TestSurrogatesInFloat32(t *testing.T) {
	const tolerance = 4 * 10 * 1.2e-7
	for name, s := range surrogates() {
		narrow, wide := build(t, s, graph.Float32), build(t, s, graph.Float64)
		compute(t, narrow.b, narrow.cost, narrow.grad)
		compute(t, wide.b, wide.cost, wide.grad)
		assert.InDelta(t, values(wide.cost)[0], values(narrow.cost)[0], tolerance, name)
		assert.InDeltaSlice(t, values(wide.grad), values(narrow.grad), tolerance, name)
	}
}

// TestSurrogateErrors name the cost and what it wants.
func TestSurrogateErrors(t *testing.T) {
	out := tensor.Shape{4, 3}
	for want, cost := range map[string]losses.Cost{
		"2 weights for 3 classes": &losses.ClassCost{Weights: []float64{1, 2}},
		"finite numbers":          &losses.ClassCost{Weights: []float64{1, math.NaN(), 0}},
		"≥ 0":                     &losses.ClassCost{Weights: []float64{1, -1, 0}},
		"smoothing 1":             &losses.ClassCost{Smoothing: 1},
	} {
		_, err := cost.TargetShape(out)
		assert.ErrorContains(t, err, want)
	}
	_, err := losses.Weighted{}.TargetShape(out)
	assert.ErrorContains(t, err, "Weighted needs a loss")
	for _, l := range []losses.Loss{losses.With(nil, losses.SquaredError{}), losses.With(losses.SquaredError{}, nil)} {
		_, err = l.TargetShape(out)
		assert.ErrorContains(t, err, "With needs a cost and a distribution")
	}
	bad := tensor.New(tensor.WithShape(2), tensor.WithBacking([]float64{1, math.Inf(1)}))
	for _, share := range []float64{-0.1, 1.5, math.NaN()} {
		shares := tensor.New(tensor.WithShape(2), tensor.WithBacking([]float64{1, share}))
		assert.ErrorContains(t, losses.ValidateShares(shares), "of example 1: want a number from 0 to 1")
	}
	assert.ErrorContains(t, losses.Weighted{Canonical: losses.SquaredError{}}.ValidateMore([]*tensor.Dense{bad}, 3), "weight +Inf of example 1")
}

// TestWith takes the cost of one and the rest of the other.
func TestWith(t *testing.T) {
	l := losses.With(&losses.ClassCost{Smoothing: 0.5}, losses.SoftmaxCrossEntropy{})
	_, more := losses.AsMoreTargets(l)
	assert.False(t, more)
	_, more = losses.AsMoreTargets(losses.With(losses.Weighted{Canonical: losses.SquaredError{}}, losses.SquaredError{}))
	assert.True(t, more)
	_, mixable := losses.AsMixable(l)
	assert.True(t, mixable)
	_, mixable = losses.AsMixable(losses.SoftmaxCrossEntropy{})
	assert.True(t, mixable)
	_, mixable = losses.AsMixable(losses.SquaredError{})
	assert.False(t, mixable, "a mixture of its targets is a target")
	b := newBuilder(t, 2, 1)
	z, _ := input(t, b, []float64{1, 2, 3, 1}, 2, 2)
	y, _ := input(t, b, []float64{0, 1}, 2)
	cost, likelihood := must(t)(l.Build(b, z, y)), must(t)(l.NegativeLogLikelihood(b, z, y))
	assert.NotSame(t, cost, likelihood)
	for name, plain := range all {
		if name != "softmax" {
			y, _ = input(t, b, make([]float64, 4/outputsOf(name, 1)), 2, 2/outputsOf(name, 1))
		}
		assert.Same(t, must(t)(plain.Build(b, z, y)), must(t)(plain.NegativeLogLikelihood(b, z, y)), "one pass serves both")
	}
}
