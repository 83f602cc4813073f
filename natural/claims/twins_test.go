package claims_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// twins are a network of sigmoid units and the network of tanh units that computes the
// same function. From σ(x) = ½(1 + tanh(x/2)) follow
//
//	W₁′ = ½W₁,  b₁′ = ½b₁,  W₂′ = ½W₂,  b₂′ = b₂ + ½·1ᵀW₂,
//
// an invertible linear map of the parameters. carry is this map.
func twins(t *testing.T, out int, l losses.Loss) (sigmoid, tanh *trainer.Model, carry func(theta []float64) []float64) {
	t.Helper()
	const in, hidden = 3, 3
	sigmoid = newModel(t, layers.Sequential{&layers.Dense{Units: hidden}, layers.Sigmoid(), &layers.Dense{Units: out}}, l, in)
	tanh = newModel(t, layers.Sequential{&layers.Dense{Units: hidden}, layers.Tanh(), &layers.Dense{Units: out}}, l, in)
	carry = func(theta []float64) []float64 {
		v := append([]float64{}, theta...)
		first := (in + 1) * hidden
		w, b := v[first:first+hidden*out], v[first+hidden*out:]
		for i, x := range w {
			b[i%out] += x / 2
		}
		floats.Scale(0.5, v[:first+hidden*out])
		return v
	}
	set(sigmoid, normal(3, len(values(sigmoid))).Float64s())
	set(tanh, carry(values(sigmoid)))
	return sigmoid, tanh, carry
}

// twinData are 200 examples to train on, and others.
func twinData(out int) (x, real, fresh *tensor.Dense) {
	return normal(1, 200, 3), normal(2, 200, out), normal(4, 25, 3)
}

// After one step of each, functions is the greatest difference of the twins' predictions on
// inputs that they have not seen, and how far the step has moved these predictions.
func functions(t *testing.T, a, b *trainer.Model, fresh *tensor.Dense, step func(m *trainer.Model)) (apart, far float64) {
	t.Helper()
	p, q := values(a), values(b)
	before := predictions(t, a, fresh)
	near(t, before, predictions(t, b, fresh), 1e-13, "the same function to begin with")
	step(a)
	step(b)
	after, other := predictions(t, a, fresh), predictions(t, b, fresh)
	set(a, p)
	set(b, q)
	return gap(after, other), gap(before, after)
}

// Claim: a sigmoid network and the tanh network that computes the same function take the
// same natural step, and plain gradient descent does not.
//
// It holds for steps of any length, since the map between the parameters is linear and F
// is invertible here; without damping; and for K-FAC, whose blocks contain the bias as
// one more input that is always 1. It does not hold for gradient descent, for Adam, or
// with damping.
func TestSigmoidAndTanhTakeTheSameStep(t *testing.T) {
	for name, c := range map[string]struct {
		loss    losses.Loss
		targets *tensor.Dense
	}{
		"squared error": {losses.SquaredError{}, normal(2, 200, 2)},
		"bernoulli":     {losses.SigmoidCrossEntropy{}, bits(2, 200, 2)},
	} {
		t.Run(name, func(t *testing.T) {
			x, _, fresh := twinData(2)
			a, b, _ := twins(t, 2, c.loss)
			after := func(begun func() rule) (apart, far float64) {
				return functions(t, a, b, fresh, func(m *trainer.Model) { step(t, begun(), newBatch(t, m, x, c.targets)) })
			}
			for _, structure := range []kfac.Structure{kfac.Full, kfac.BlockDiagonal, kfac.BlockTridiagonal, kfac.LowRank} {
				apart, far := after(func() rule { return newKFAC(t, plain(structure, graph.Exact, undamped, 0.5)) })
				assert.Greater(t, far, 0.1, structure)
				assert.Less(t, apart, 1e-9*far, structure)
				apart, far = after(func() rule { return newKFAC(t, plain(structure, graph.Exact, 0.1, 0.5)) })
				t.Logf("%s with damping 0.1: apart by %.2g of a step of %.2g", structure, apart, far)
				assert.Greater(t, apart, 1e-2*far, "%s, damped", structure)
			}
			for rival, begun := range map[string]func() rule{
				"gradient descent": func() rule { return newSGD(t, 0.5) },
				"Adam":             func() rule { return newAdam(t, 0.1) },
			} {
				apart, far := after(begun)
				t.Logf("%s: apart by %.2g of a step of %.2g", rival, apart, far)
				assert.Greater(t, apart, 0.1*far, rival)
			}
		})
	}
}

// The step itself is carried over by the map between the parameters.
func TestTwinsNaturalStepIsCarriedOver(t *testing.T) {
	x, y, _ := twinData(2)
	a, b, carry := twins(t, 2, losses.SquaredError{})
	zero := carry(make([]float64, len(values(a))))
	assert.Zero(t, floats.Norm(zero, 1), "the map is linear")
	natural := func(m *trainer.Model) []float64 {
		obj := newBatch(t, m, x, y)
		return solve(t, fisher(t, obj), gradient(t, obj))
	}
	near(t, carry(natural(a)), natural(b), 1e-9)
}

// Claim: where F is singular, the pseudo-inverse takes its place.
//
// With softmax outputs F has a null space: a summand that all classes have in common
// changes no probability. If this is all of the null space, the pseudo-inverse's steps of
// the twins are the same function still, at any length. With fewer examples than
// parameters F has other null directions. The pseudo-inverse takes the shortest step, and
// which step is shortest depends on the parameters. The functions then agree on the
// examples of the mini-batch, up to the square of the rate, and nowhere else.
func TestTwinsWithASingularFisher(t *testing.T) {
	a, b, _ := twins(t, 3, losses.SoftmaxCrossEntropy{})
	x, _, fresh := twinData(3)
	y := labels(2, 200, 3)
	size := len(values(a))
	pseudo := func(x, y *tensor.Dense, rate float64, rank int) func(m *trainer.Model) {
		return func(m *trainer.Model) {
			obj := newBatch(t, m, x, y)
			u, r := pseudoSolve(t, fisher(t, obj), gradient(t, obj))
			require.Equal(t, rank, r)
			set(m, moved(values(m), rate, u))
		}
	}
	apart, far := functions(t, a, b, fresh, pseudo(x, y, 0.5, size-4)) // a summand for each hidden unit and for the bias
	assert.Greater(t, far, 0.1)
	assert.Less(t, apart, 1e-9)

	few, own := of(x.Float64s()[:9], 3, 3), of(y.Float64s()[:3], 3)
	rates := []float64{0.004, 0.002, 0.001}
	var seen, unseen []float64
	for _, rate := range rates {
		apart, _ := functions(t, a, b, few, pseudo(few, own, rate, 6)) // 3 examples with 2 free logits each
		seen = append(seen, apart)
		apart, far := functions(t, a, b, fresh, pseudo(few, own, rate, 6))
		unseen = append(unseen, apart)
		assert.Greater(t, apart, 0.1*far)
	}
	t.Logf("3 examples: on them the functions differ as rate^%.3f, on others as rate^%.3f", order(rates, seen), order(rates, unseen))
	assert.InDelta(t, 2, order(rates, seen), 0.1)
	assert.InDelta(t, 1, order(rates, unseen), 0.1)
}

// The same for K-FAC: A⁺VG⁺ with a softmax's singular G.
func TestTwinsWithSingularFactors(t *testing.T) {
	a, b, _ := twins(t, 3, losses.SoftmaxCrossEntropy{})
	x, _, fresh := twinData(3)
	y := labels(2, 200, 3)
	apart, far := functions(t, a, b, fresh, func(m *trainer.Model) {
		obj := newBatch(t, m, x, y)
		var u []float64
		for i, k := range factorsOf(t, obj) {
			_, rank := pseudoSolve(t, k.g, make([]float64, k.out()))
			require.Equal(t, []int{3, 2}[i], rank)
			u = append(u, k.apply(t, k.v)...)
		}
		set(m, moved(values(m), 0.5, u))
	})
	assert.Greater(t, far, 0.1)
	assert.Less(t, apart, 1e-9*far)
}

// Why K-FAC's A has the 1: with a block for W and another for b, the twins' steps differ.
func TestTwinsNeedTheBiasInTheBlock(t *testing.T) {
	a, b, _ := twins(t, 2, losses.SquaredError{})
	x, y, fresh := twinData(2)
	apart, far := functions(t, a, b, fresh, func(m *trainer.Model) {
		var u []float64
		for _, k := range factorsOf(t, newBatch(t, m, x, y)) {
			w, bias := k.parts()
			u = append(u, w.apply(t, w.v)...)
			u = append(u, bias.apply(t, bias.v)...)
		}
		set(m, moved(values(m), 0.5, u))
	})
	t.Logf("W and b in blocks of their own: apart by %.2g of a step of %.2g", apart, far)
	assert.Greater(t, apart, 0.01*far)
	assert.False(t, math.IsNaN(apart))
}
