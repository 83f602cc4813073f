package natural_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

func smallestEigenvalue(t *testing.T, s mat.Symmetric) float64 {
	t.Helper()
	var e mat.EigenSym
	require.True(t, e.Factorize(s, false))
	return e.Values(nil)[0]
}

var retractions = map[string]func(dst, sigma, step *mat.SymDense) error{
	"quadratic": natural.RetractCovariance, "exponential": natural.ExpCovariance,
}

// TestRetractionsArePositiveDefiniteForEveryStep: lengths up to 1e300, and covariances up to a condition number of 1e12.
func TestRetractionsArePositiveDefiniteForEveryStep(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for name, retract := range retractions {
		for _, n := range []int{1, 2, 5, 12} {
			for _, condition := range []float64{1, 1e6, 1e12} {
				eigenvalues := make([]float64, n)
				for i := range eigenvalues {
					eigenvalues[i] = math.Pow(condition, -float64(i)/float64(max(n-1, 1)))
				}
				sigma, _ := rotated(eigenvalues, rng)
				for _, length := range []float64{1e-8, 1, 1e3, 1e8, 1e150, 1e300} {
					for _, step := range []*mat.SymDense{randomSymmetric(n, rng), sigma, mat.NewSymDense(n, nil)} {
						for _, sign := range []float64{1, -1} {
							var s, next mat.SymDense
							s.ScaleSym(sign*length, step)
							require.NoError(t, retract(&next, sigma, &s))
							var c mat.Cholesky
							require.True(t, c.Factorize(&next), "%s, n = %d, condition %g, length %g", name, n, condition, length)
							require.LessOrEqual(t, mat.Max(&next), math.MaxFloat64)
						}
					}
				}
			}
		}
	}
}

// TestQuadraticRetractionAtMostHalvesACovariance: R(S) − ½Σ is positive semidefinite, and R(−Σ) = ½Σ.
func TestQuadraticRetractionAtMostHalvesACovariance(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		sigma, _ := rotated([]float64{0.1, 1, 2, 7}, rng)
		var step, next, rest mat.SymDense
		step.ScaleSym(math.Exp(4*rng.NormFloat64()), randomSymmetric(4, rng))
		require.NoError(t, natural.RetractCovariance(&next, sigma, &step))
		rest.ScaleSym(-0.5, sigma)
		rest.AddSym(&next, &rest)
		assert.GreaterOrEqual(t, smallestEigenvalue(t, &rest), -1e-14*mat.Norm(&next, 2))
		var k, sks mat.Dense
		k.Product(&step, inverse(sigma), &step)
		sks.Scale(0.5, &k)
		sks.Add(&sks, &step)
		sks.Add(&sks, sigma)
		assert.True(t, mat.EqualApprox(&next, &sks, 1e-12*mat.Norm(&next, 2)), "Σ + S + ½SΣ⁻¹S")
	}
	assert.Equal(t, 1.5, natural.RetractPositive(3, -3))
	assert.Equal(t, 3., natural.RetractPositive(3, -6), "it turns round at −x")
	assert.Equal(t, 1+2+2., natural.RetractPositive(1, 2))
}

// TestRetractionsAgreeToSecondOrder: half the step has an eighth of the difference.
func TestRetractionsAgreeToSecondOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	sigma, _ := rotated([]float64{0.5, 1, 3}, rng)
	step := randomSymmetric(3, rng)
	difference := func(scale float64) float64 {
		var s, a, b mat.SymDense
		s.ScaleSym(scale, step)
		require.NoError(t, natural.RetractCovariance(&a, sigma, &s))
		require.NoError(t, natural.ExpCovariance(&b, sigma, &s))
		var d mat.Dense
		d.Sub(&a, &b)
		return mat.Norm(&d, 2)
	}
	assert.InDelta(t, 8, difference(0.004)/difference(0.002), 0.1)
	assert.InDelta(t, 8, (natural.ExpPositive(2, 0.02)-natural.RetractPositive(2, 0.02))/
		(natural.ExpPositive(2, 0.01)-natural.RetractPositive(2, 0.01)), 0.1)
}

// TestExponentialMap checks Σ^½ exp(Σ^-½SΣ^-½) Σ^½ against the square root by eigenvectors and mat.Dense.Exp, and that
// a geodesic goes on where it came to: S and then its transport, S Σ⁻¹R(S), is 2S at once.
func TestExponentialMap(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	eigenvalues := []float64{0.2, 1, 4}
	sigma, q := rotated(eigenvalues, rng)
	power := func(p float64) *mat.SymDense {
		v := make([]float64, 3)
		for i := range v {
			v[i] = math.Pow(eigenvalues[i], p)
		}
		return congruent(q, mat.NewDiagDense(3, v))
	}
	step := randomSymmetric(3, rng)
	var e mat.Dense
	e.Exp(congruent(power(-0.5), step))
	want := congruent(power(0.5), &e)
	var next, twice mat.SymDense
	require.NoError(t, natural.ExpCovariance(&next, sigma, step))
	assert.True(t, mat.EqualApprox(want, &next, 1e-13*mat.Norm(want, 2)))

	var transported mat.Dense
	transported.Product(step, inverse(sigma), &next)
	step.ScaleSym(2, step)
	require.NoError(t, natural.ExpCovariance(&twice, sigma, step))
	var s mat.SymDense
	natural.Unpack(&s, lowerTriangle(&transported), 3)
	require.NoError(t, natural.ExpCovariance(&next, &next, &s), "in place")
	assert.True(t, mat.EqualApprox(&twice, &next, 1e-11*mat.Norm(&twice, 2)))
}

func lowerTriangle(d *mat.Dense) (packed []float64) {
	n, _ := d.Dims()
	for i := range n {
		for j := range i + 1 {
			packed = append(packed, (d.At(i, j)+d.At(j, i))/2)
		}
	}
	return packed
}

// TestRetractionsDoNotDependOnTheUnits: of Ax with x of covariance Σ, ASAᵀ leads from AΣAᵀ to AR(S)Aᵀ; in one dimension
// they are those of numbers; either argument may be the destination.
func TestRetractionsDoNotDependOnTheUnits(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for name, retract := range retractions {
		sigma, _ := rotated([]float64{0.5, 1, 3}, rng)
		step := randomSymmetric(3, rng)
		a := mat.NewDense(3, 3, []float64{1000, 2, 0, -1, 0.5, 3, 0.01, 0, 0.02})
		var next, there mat.SymDense
		require.NoError(t, retract(&next, sigma, step))
		require.NoError(t, retract(&there, congruent(a, sigma), congruent(a, step)))
		want := congruent(a, &next)
		for i := range 3 {
			for j := range 3 {
				assert.InDelta(t, want.At(i, j), there.At(i, j), 1e-10*math.Sqrt(want.At(i, i)*want.At(j, j)), name)
			}
		}
		first, second := mat.NewSymDense(3, nil), mat.NewSymDense(3, nil)
		first.CopySym(sigma)
		second.CopySym(step)
		require.NoError(t, retract(first, first, step))
		require.NoError(t, retract(second, sigma, second))
		assert.True(t, mat.Equal(&next, first) && mat.Equal(&next, second), name)

		one, s := mat.NewSymDense(1, []float64{2}), mat.NewSymDense(1, []float64{-5})
		require.NoError(t, retract(one, one, s))
		number := map[string]func(x, s float64) float64{"quadratic": natural.RetractPositive, "exponential": natural.ExpPositive}[name]
		assert.InEpsilon(t, number(2, -5), one.At(0, 0), 1e-14, name)
	}
}

// TestRetractionsOfExtremeUnits: R(−½Σ) = (1 − ½ + ⅛)Σ, and Σ·exp(−½) at the ends of the range of float64.
func TestRetractionsOfExtremeUnits(t *testing.T) {
	for name, factor := range map[string]float64{"quadratic": 0.625, "exponential": math.Exp(-0.5)} {
		for _, size := range []float64{1e-300, 1e-150, 1, 1e150, 1e300} {
			sigma := mat.NewSymDense(2, []float64{2 * size, size, size, 2 * size})
			var step, next mat.SymDense
			step.ScaleSym(-0.5, sigma)
			require.NoError(t, retractions[name](&next, sigma, &step))
			for i := range 2 {
				for j := range 2 {
					assert.InEpsilon(t, factor*sigma.At(i, j), next.At(i, j), 1e-14, "%s, %g", name, size)
				}
			}
		}
	}
}

func TestRetractPositiveStaysPositive(t *testing.T) {
	for _, x := range []float64{1e-300, 1e-5, 1, 1e300} {
		for _, s := range []float64{0, 1e-300, 1, 1e150, 1e308} {
			for _, sign := range []float64{1, -1} {
				y := natural.RetractPositive(x, sign*s)
				assert.GreaterOrEqual(t, y, x/2, "%g, step %g", x, sign*s)
				assert.LessOrEqual(t, y, math.MaxFloat64, "%g, step %g", x, sign*s)
			}
		}
	}
	assert.Equal(t, 1., natural.RetractPositive(1, 1e-300))
	assert.True(t, math.IsNaN(natural.RetractPositive(1, math.NaN())))
}

func TestRetractionsNameWhatIsWrong(t *testing.T) {
	for name, retract := range retractions {
		step, sigma := mat.NewSymDense(2, nil), mat.NewSymDense(2, []float64{1, 2, 2, 1})
		var dst mat.SymDense
		var domain *natural.DomainError
		err := retract(&dst, sigma, step)
		require.ErrorAs(t, err, &domain, name)
		assert.ErrorContains(t, err, "smallest eigenvalue -1: want a positive definite matrix", name)
		sigma.SetSym(0, 0, -3)
		assert.ErrorContains(t, retract(&dst, sigma, step), "diagonal element 0 is -3: want", name)
		sigma.SetSym(0, 1, math.NaN())
		sigma.SetSym(0, 0, 1)
		assert.ErrorContains(t, retract(&dst, sigma, step), "element (1, 0) is NaN: want finite numbers", name)
		sigma.SetSym(0, 1, 0)
		step.SetSym(0, 1, math.Inf(1))
		assert.ErrorContains(t, retract(&dst, sigma, step), "step: element (1, 0) is +Inf: want finite numbers", name)
	}
}
