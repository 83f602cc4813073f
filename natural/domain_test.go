package natural_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/gokfac/gokfac/natural"
)

func TestRetractIsTheSumToFirstOrderAndStaysInTheDomain(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		n := len(theta)
		d := steps(r.family, theta)
		gap := func(scale float64) float64 {
			step, dst := make([]float64, n), make([]float64, n)
			floats.AddScaled(step, scale, d)
			r.family.Retract(dst, theta, step)
			floats.Sub(dst, theta)
			floats.Sub(dst, step)
			return floats.Norm(dst, math.Inf(1))
		}
		floor := 1e-15 * (1 + floats.Norm(theta, math.Inf(1)))
		assert.LessOrEqual(t, gap(0.5), gap(1)/3+floor, "θ = %g", theta)
		assert.LessOrEqual(t, gap(1e-5), 1e-8*floats.Norm(d, 2)+floor, "θ = %g", theta)
		for _, length := range []float64{0.1, 1, 30, 1e6, 1e150, 1e300} {
			for i := range 4 * n {
				step := unit(n, i%n)
				step[(i+i/n)%n] += 0.3
				floats.Scale(length*float64(1-2*(i%2)), step)
				at := append([]float64(nil), theta...)
				for range 3 {
					r.family.Retract(at, at, step)
					require.NoError(t, r.family.Validate(at), "θ = %g, step %g", theta, step)
				}
			}
		}
	})
}

func TestExtremeParametersGiveNoNaN(t *testing.T) {
	for _, r := range rows() {
		t.Run(r.family.String(), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(3, 4))
			for _, theta := range r.extreme {
				require.NoError(t, r.family.Validate(theta))
				n := len(theta)
				x, score := make([]float64, r.family.Size()), make([]float64, n)
				r.family.Sample(x, theta, rng)
				logp := r.family.LogProb(x, theta)
				assert.Greater(t, logp, math.Inf(-1), "log p(%g | %g) of an outcome that was drawn", x, theta)
				r.family.Score(score, x, theta)
				assert.False(t, floats.HasNaN(score), "score of %g at %g: %g", x, theta, score)
				f := fisher(r.family, theta)
				for i := range n {
					assert.GreaterOrEqual(t, f.At(i, i), 0., "Fisher matrix at %g", theta)
					v := make([]float64, n)
					r.family.NaturalGradient(v, unit(n, i), theta)
					assert.False(t, floats.HasNaN(v), "natural gradient at %g: %g", theta, v)
					r.family.NaturalGradient(v, make([]float64, n), theta)
					assert.Equal(t, make([]float64, n), v, "F⁻¹0 at %g", theta)
				}
				assert.Equal(t, 0., r.family.KL(theta, theta), "θ = %g", theta)
				for _, phi := range append(r.extreme, r.points...) {
					assert.GreaterOrEqual(t, r.family.KL(theta, phi), 0., "KL(%g, %g)", theta, phi)
					assert.GreaterOrEqual(t, r.family.KL(phi, theta), 0., "KL(%g, %g)", phi, theta)
				}
			}
		})
	}
}

func TestParametersOutsideTheDomain(t *testing.T) {
	for _, r := range rows() {
		t.Run(r.family.String(), func(t *testing.T) {
			require.NotEmpty(t, r.outside)
			for _, theta := range r.outside {
				var domain *natural.DomainError
				require.ErrorAs(t, r.family.Validate(theta), &domain, "θ = %g", theta)
				assert.Equal(t, r.family.String(), domain.Family)
				assert.Contains(t, domain.Error(), ": want ")
				assert.NotContains(t, strings.TrimSpace(domain.Error()), "\n")
			}
		})
	}
}

func TestOutcomesThatCannotBe(t *testing.T) {
	for _, r := range rows() {
		if strings.Contains(r.family.String(), "Gaussian") { // any finite number can be
			continue
		}
		for _, v := range []float64{-0.5, -1, math.NaN(), math.Inf(1), math.Inf(-1)} {
			x := make([]float64, r.family.Size())
			fill(x, v)
			assert.Equal(t, math.Inf(-1), r.family.LogProb(x, r.points[0]), "%s, x = %g", r.family, x)
		}
	}
	assert.Equal(t, math.Inf(-1), natural.CategoricalLogits{Classes: 2}.LogProb([]float64{2}, []float64{0, 0}))
	assert.Equal(t, math.Inf(-1), natural.Dirichlet{Classes: 2}.LogProb([]float64{0.5, 0.4}, []float64{1, 1}), "the sum is not 1")
}

// TestExpectationParametersOutsideTheDomain give NaN where Validate was not asked, and no panic.
func TestExpectationParametersOutsideTheDomain(t *testing.T) {
	f := natural.Expectation(natural.PoissonLogRate{})
	assert.True(t, math.IsNaN(f.LogProb([]float64{1}, []float64{-1})))
	mu := []float64{-1}
	f.Retract(mu, mu, []float64{-1})
	assert.Equal(t, []float64{-1}, mu)
}
