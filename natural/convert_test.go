package natural_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// eachConversion runs a test on every pair of parameterisations at each point of the first.
func eachConversion(t *testing.T, test func(t *testing.T, r row, c natural.Conversion, theta, phi []float64)) {
	each(t, func(t *testing.T, r row, theta []float64) {
		list := natural.Reachable(r.family)
		require.NotEmpty(t, list)
		for _, c := range list {
			phi := make([]float64, c.To.Params())
			c.Map(phi, theta)
			require.NoError(t, c.To.Validate(phi), "%s → %s at %g", c.From, c.To, theta)
			test(t, r, c, theta, phi)
		}
	})
}

func TestConversionsKeepTheDistribution(t *testing.T) {
	eachConversion(t, func(t *testing.T, r row, c natural.Conversion, theta, phi []float64) {
		xs, _ := r.nodes(theta)
		for k := 0; k < len(xs); k += 1 + len(xs)/30 {
			logp := c.From.LogProb(xs[k], theta)
			// A score times the rounding of φ: 1e-11 has room for both.
			assert.InDelta(t, logp, c.To.LogProb(xs[k], phi), 1e-11*(1+math.Abs(logp)), "%s → %s at %g", c.From, c.To, theta)
		}
		back, err := natural.Convert(c.To, c.From)
		require.NoError(t, err)
		again, at := make([]float64, len(theta)), append([]float64(nil), phi...)
		back.Map(again, at)
		if r.redundant {
			assert.InDelta(t, 0, c.From.KL(theta, again), 1e-13)
			return
		}
		for i := range theta {
			assert.InDelta(t, theta[i], again[i], 1e-11*(1+math.Abs(theta[i])), "%s → %s and back, θ = %g", c.From, c.To, theta)
		}
	})
}

func TestJacobianIsTheSlopeOfAConversion(t *testing.T) {
	eachConversion(t, func(t *testing.T, r row, c natural.Conversion, theta, phi []float64) {
		var j mat.Dense
		c.Jacobian(&j, theta)
		rows, columns := j.Dims()
		require.Equal(t, len(phi), rows)
		require.Equal(t, len(theta), columns)
		h := steps(c.From, theta)
		for k := range theta {
			d := slope(len(phi), theta, unit(len(theta), k), h[k], c.Map)
			for i := range phi {
				scale := math.Max(math.Abs(d[i]), math.Max(1, math.Abs(phi[i]))/(128*h[k]))
				assert.InDelta(t, d[i], j.At(i, k), 1e-9*scale, "%s → %s at %g, element %d, %d", c.From, c.To, theta, i, k)
			}
		}
		again := mat.NewDense(rows, columns, nil)
		again.Set(0, 0, 5)
		c.Jacobian(again, theta)
		assert.True(t, mat.Equal(again, &j), "into a matrix that has values")
	})
}

// TestFisherMatricesTransformWithTheJacobian: F_θ = JᵀF_φJ and ∇_θL = Jᵀ∇_φL.
func TestFisherMatricesTransformWithTheJacobian(t *testing.T) {
	eachConversion(t, func(t *testing.T, r row, c natural.Conversion, theta, phi []float64) {
		var j, half, f mat.Dense
		c.Jacobian(&j, theta)
		other := fisher(c.To, phi)
		half.Mul(other, &j)
		f.Mul(j.T(), &half)
		want := fisher(c.From, theta)
		scale := math.Max(mat.Norm(want, 2), mat.Norm(other, 2)*mat.Norm(&j, 2)*mat.Norm(&j, 2))
		for i := range theta {
			for k := range theta {
				assert.InDelta(t, want.At(i, k), f.At(i, k), 1e-13*scale*float64(len(phi)), "%s → %s at %g", c.From, c.To, theta)
			}
		}
		xs, _ := r.nodes(theta)
		x := xs[len(xs)/2]
		score, byTheta, byPhi := make([]float64, len(theta)), make([]float64, len(theta)), make([]float64, len(phi))
		c.From.Score(byTheta, x, theta)
		c.To.Score(byPhi, x, phi)
		c.Gradient(score, byPhi, theta)
		size := 1 + floats.Norm(byPhi, 2)*mat.Norm(&j, 2)
		for i := range score {
			assert.InDelta(t, byTheta[i], score[i], 1e-12*size, "%s → %s at %g", c.From, c.To, theta)
		}
	})
}

func TestConvertRefusesOtherDistributions(t *testing.T) {
	_, err := natural.Convert(natural.BernoulliLogOdds{}, natural.PoissonRate{})
	assert.ErrorContains(t, err, "Bernoulli, log-odds")
	assert.ErrorContains(t, err, "Poisson, rate")
}
