package variational

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// TestPosterior: KL, moments and draws are package natural's.
func TestPosterior(t *testing.T) {
	both(t, func(t *testing.T, s Structure) {
		m := drawn(t, Logistic{}, 5, 3, 1, 1)
		q := somewhere(t, m, s, 25)
		theta := parameters(q)
		f := q.Family()
		require.NoError(t, f.Validate(theta))
		const tau = 0.6
		prior, err := NewPosterior(s, 3, tau)
		require.NoError(t, err)
		assert.InDelta(t, f.KL(theta, parameters(prior)), q.KL(tau), 1e-12)
		assert.InDelta(t, 0, prior.KL(tau), 1e-14)

		var sigma mat.SymDense
		q.Covariance(&sigma)
		x := []float64{0.3, -2, 1}
		mean, v := q.Output(x)
		assert.InDelta(t, dot(x, q.Mean()), mean, 1e-14)
		assert.InDelta(t, mat.Inner(mat.NewVecDense(3, x), &sigma, mat.NewVecDense(3, x)), v, 1e-12)
		mu := make([]float64, len(theta))
		f.Mean(mu, theta)
		assert.InDeltaSlice(t, mu[:3], q.Mean(), 1e-12)
		assert.InDelta(t, mu[3]-mu[0]*mu[0], sigma.At(0, 0), 1e-12)

		back, err := NewPosterior(s, 3, 1)
		require.NoError(t, err)
		require.NoError(t, back.SetNatural(theta))
		assert.InDeltaSlice(t, theta, parameters(back), 1e-12)
		var domain *natural.DomainError
		bad := append([]float64(nil), theta...)
		bad[3] = 1
		assert.ErrorAs(t, back.SetNatural(bad), &domain)
		assert.InDeltaSlice(t, theta, parameters(back), 1e-12)

		c := q.Clone()
		c.Mean()[0]++
		assert.NotEqual(t, c.Mean()[0], q.Mean()[0])
		assert.Equal(t, s, c.Structure())

		rng, w, sum := rand.New(rand.NewPCG(1, 2)), make([]float64, 3), mat.NewSymDense(3, nil)
		const n = 40000
		for range n {
			q.Sample(w, rng)
			sum.SymRankOne(sum, 1./n, difference(w, q.Mean()))
		}
		for i := range 3 {
			for j := range i + 1 {
				scale := math.Sqrt(sigma.At(i, i) * sigma.At(j, j))
				assert.InDelta(t, sigma.At(i, j), sum.At(i, j), 0.03*scale)
			}
		}
	})
}

// TestPosteriorRefuses names what is wrong.
func TestPosteriorRefuses(t *testing.T) {
	_, err := NewPosterior(Full, 0, 1)
	assert.EqualError(t, err, "variational: a posterior of 0 weights: want at least one")
	_, err = NewPosterior(Full, 1, math.Inf(1))
	assert.EqualError(t, err, "variational: precision of a posterior +Inf: want a positive finite number")
	_, err = NewPosterior(5, 1, 1)
	assert.EqualError(t, err, "variational: structure 5: choose Full or MeanField")
	assert.Equal(t, "unknown structure", Structure(5).String())
}
