package claims_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// deep is a network of three layers and 27 parameters, with an invertible Fisher matrix.
func deep(t *testing.T) (m *trainer.Model, obj trainer.MiniBatch) {
	m = newModel(t, layers.Sequential{
		&layers.Dense{Units: 2}, layers.Tanh(), &layers.Dense{Units: 3}, layers.Tanh(), &layers.Dense{Units: 2},
	}, losses.SigmoidCrossEntropy{}, 4)
	theta := normal(14, len(values(m))).Float64s()
	floats.Scale(0.8, theta)
	set(m, theta)
	return m, newBatch(t, m, normal(1, 400, 4), bits(2, 400, 2))
}

// dampings are λ from none to one that F is nothing beside.
var dampings = []float64{1e-16, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 1e3, 1e8}

// Claim: damping, (F + λI)⁻¹∇h, interpolates between the natural direction (λ = 0) and
// the gradient (λ = ∞).
//
// It holds in this sense: with λ the angle to the gradient falls from that of the natural
// direction to zero, and the length falls as well. The directions between are no mixtures
// of the two ends: they leave the plane of these.
func TestDampingInterpolates(t *testing.T) {
	_, obj := deep(t)
	g := append([]float64{}, gradient(t, obj)...)
	f := fisher(t, obj)
	natural := solve(t, f, g)
	cosines, lengths, out := []float64{cosine(natural, g)}, []float64{floats.Norm(natural, 2)}, 0.0
	for _, lambda := range dampings {
		u := preconditioned(t, obj, kfac.Full, math.Sqrt(lambda))
		damped := mat.NewSymDense(len(g), nil)
		damped.CopySym(f)
		for i := range g {
			damped.SetSym(i, i, f.At(i, i)+lambda)
		}
		near(t, solve(t, damped, g), u, 1e-9, "λ = %g", lambda)
		cosines, lengths = append(cosines, cosine(u, g)), append(lengths, floats.Norm(u, 2))
		out = max(out, outside(u, g, natural))
	}
	t.Logf("cosine with the gradient: %.4f; at most %.2f of the direction is outside the plane of both ends", cosines, out)
	for i := range dampings {
		assert.LessOrEqual(t, cosines[i], cosines[i+1]+1e-12)
		assert.LessOrEqual(t, lengths[i+1], lengths[i]*(1+1e-12))
	}
	assert.InDelta(t, cosines[0], cosines[1], 1e-9)
	assert.InDelta(t, 1, cosines[len(dampings)], 1e-9)
	assert.Less(t, cosines[0], 0.5)
	assert.Greater(t, out, 0.1)
}

// outside is the part of u, of length 1, that is in no mixture of a and b.
func outside(u, a, b []float64) float64 {
	unit := func(v []float64) []float64 {
		w := append([]float64{}, v...)
		floats.Scale(1/floats.Norm(w, 2), w)
		return w
	}
	p, q, rest := unit(a), unit(b), unit(u)
	floats.AddScaled(q, -floats.Dot(p, q), p)
	q = unit(q)
	floats.AddScaled(rest, -floats.Dot(p, rest), p)
	floats.AddScaled(rest, -floats.Dot(q, rest), q)
	return floats.Norm(rest, 2)
}

// The same for K-FAC, which damps the factors: (A + πγI) ⊗ (G + γ/π I). This has the
// limits too, γ²U → ∇h. But it is A⊗G + γ²I and two terms more, which are of first order
// in γ: of one λ = γ² it takes more than the Fisher matrix does, and it forgets its
// curvature more slowly, as 1/γ instead of 1/λ.
func TestKFACDampingInterpolates(t *testing.T) {
	_, obj := deep(t)
	g := append([]float64{}, gradient(t, obj)...)
	var cosines, shares []float64
	for _, lambda := range dampings {
		u := preconditioned(t, obj, kfac.BlockDiagonal, math.Sqrt(lambda))
		cosines = append(cosines, cosine(u, g))
		var exact []float64 // (A⊗G + λI)⁻¹V
		for _, k := range factorsOf(t, obj) {
			block := kron(k.a, k.g)
			for i := range k.v {
				block.Set(i, i, block.At(i, i)+lambda)
			}
			exact = append(exact, solve(t, block, k.v)...)
		}
		shares = append(shares, floats.Dot(g, u)/floats.Dot(g, exact))
	}
	t.Logf("λ: %.0e; cosine with the gradient: %.4f; ∇hᵀU with damped factors, as a part of ∇hᵀ(A⊗G + λI)⁻¹∇h: %.3f", dampings, cosines, shares)
	first, last := shares[0], shares[len(shares)-1]
	assert.InDelta(t, 1, first, 1e-4)
	assert.InDelta(t, 1, last, 1e-3)
	assert.InDelta(t, 1, cosines[len(cosines)-1], 1e-6)
	assert.Less(t, floats.Min(shares), 0.7)
	for i := range shares {
		assert.Less(t, shares[i], 1+1e-9)
		if i > 0 {
			assert.Greater(t, cosines[i], cosines[i-1], "on this network")
		}
	}
}
