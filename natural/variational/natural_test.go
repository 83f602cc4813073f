package variational

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// elboAt is the ELBO of the member θ of the posterior's family.
func elboAt(t *testing.T, m *Model, q *Posterior, theta []float64) float64 {
	t.Helper()
	p := q.Clone()
	require.NoError(t, p.SetNatural(theta))
	return m.ELBO(p)
}

// gradient is ∇_θ ELBO by central differences of fourth order.
func gradient(t *testing.T, m *Model, q *Posterior) []float64 {
	theta := parameters(q)
	g := make([]float64, len(theta))
	for i := range theta {
		h := 1e-3 * (1 + math.Abs(theta[i]))
		at := func(k float64) float64 {
			v := append([]float64(nil), theta...)
			v[i] += k * h
			return elboAt(t, m, q, v)
		}
		g[i] = (8*(at(1)-at(-1)) - (at(2) - at(-2))) / (12 * h)
	}
	return g
}

// TestGradientOfELBO: F times the natural gradient is the gradient of the ELBO by central
// differences, in natural parameters, with package natural's Fisher matrix.
func TestGradientOfELBO(t *testing.T) {
	both(t, func(t *testing.T, s Structure) {
		for _, l := range likelihoods {
			m := drawn(t, l, 20, 3, 0.7, 4)
			q := somewhere(t, m, s, 5)
			step := make([]float64, len(parameters(q)))
			m.NaturalGradient(step, q)
			var f mat.SymDense
			q.Family().Fisher(&f, parameters(q))
			var got mat.VecDense
			got.MulVec(&f, mat.NewVecDense(len(step), step))
			want := gradient(t, m, q)
			assert.InDeltaSlice(t, want, got.RawVector().Data, 1e-7*(1+mat.Norm(&got, 2)), l)
		}
	})
}

// TestStepIsNatural: the step of the method is ρF⁻¹∇_θ ELBO, by package natural's formula and by a
// Cholesky factorisation of its Fisher matrix, for the gradient in (m, Σ) that is mapped to natural
// parameters by the Jacobian of package natural's conversion.
func TestStepIsNatural(t *testing.T) {
	both(t, func(t *testing.T, s Structure) {
		for _, l := range likelihoods {
			m := drawn(t, l, 25, 3, 0.7, 6)
			q := somewhere(t, m, s, 7)
			f, before := q.Family(), parameters(q)
			var to natural.Family = natural.GaussianCovariance{Dim: 3}
			if s == MeanField {
				to = natural.MeanFieldVariance(3)
			}
			c, err := natural.Convert(f, to)
			require.NoError(t, err)
			g := make([]float64, len(before))
			meanCovariance(m, q, g)
			c.Gradient(g, g, before)
			want, solved := make([]float64, len(g)), make([]float64, len(g))
			f.NaturalGradient(want, g, before)
			require.NoError(t, natural.Solve(f, solved, g, before))

			sums := newSums(m, q)
			sums.fill(q)
			const rate = 0.1
			require.NoError(t, (&NaturalGradient{Rate{Initial: rate}}).Step(q, sums))
			for i, v := range parameters(q) {
				got := (v - before[i]) / rate
				assert.InDelta(t, want[i], got, 1e-9*(1+math.Abs(got)), "%s, element %d", l, i)
				assert.InDelta(t, solved[i], got, 1e-9*(1+math.Abs(got)), "%s, element %d", l, i)
			}
		}
	})
}

// meanCovariance is the gradient of the ELBO by (m, Σ packed): (g − τm, ½(H − τI + Λ)).
func meanCovariance(m *Model, q *Posterior, dst []float64) {
	n := m.Dim()
	s := newSums(m, q)
	s.fill(q)
	for i, w := range q.mean {
		dst[i] = s.Slope[i] - m.prior*w
	}
	lambda := make([]float64, q.precision.size())
	q.precision.packed(lambda)
	if q.structure == MeanField {
		for i, h := range s.Curvature {
			dst[n+i] = (h - m.prior + lambda[i]) / 2
		}
		return
	}
	var h, l mat.SymDense
	natural.Unpack(&h, s.Curvature, n)
	natural.Unpack(&l, lambda, n)
	h.AddSym(&h, &l)
	for i := range n {
		h.SetSym(i, i, h.At(i, i)-m.prior)
	}
	h.ScaleSym(0.5, &h)
	natural.PackGradient(dst[n:], &h)
}
