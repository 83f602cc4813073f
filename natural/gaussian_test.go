package natural_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/gokfac/gokfac/natural"
)

// TestGaussianLogProbIsGonums: far out too.
func TestGaussianLogProbIsGonums(t *testing.T) {
	for _, x := range []float64{0.3, -2, 1e8, 1e100} {
		want := distuv.Normal{Mu: 0.5, Sigma: 1.5}.LogProb(x)
		assert.InEpsilon(t, want, natural.GaussianSigma{}.LogProb([]float64{x}, []float64{0.5, 1.5}), 1e-14)
		assert.InEpsilon(t, want, natural.GaussianMean{Sigma: 1.5}.LogProb([]float64{x}, []float64{0.5}), 1e-14)
		assert.InEpsilon(t, want, natural.GaussianNatural{}.LogProb([]float64{x}, []float64{0.5 / 2.25, -0.5 / 2.25}), 1e-13)
	}
}

// TestMultivariateGaussianAgainstInversesAndDeterminants: (gonum's distmv would need one more module for them.)
func TestMultivariateGaussianAgainstInversesAndDeterminants(t *testing.T) {
	f := natural.GaussianCovariance{Dim: 3}
	theta, phi := covariances(3)[0], covariances(3)[1]
	sigma, psi := dense(theta[3:], 1), dense(phi[3:], 1)
	square := func(d []float64, k mat.Matrix) float64 {
		v := mat.NewVecDense(3, d)
		return mat.Inner(v, k, v)
	}
	d := make([]float64, 3)
	for _, x := range [][]float64{{0, 0, 0}, {1, -2, 3}, {100, 1e6, -1e-3}} {
		floats.SubTo(d, x, theta[:3])
		want := -square(d, inverse(sigma))/2 - math.Log(mat.Det(sigma))/2 - 1.5*math.Log(2*math.Pi)
		assert.InEpsilon(t, want, f.LogProb(x, theta), 1e-13)
	}
	var product mat.Dense
	product.Mul(inverse(psi), sigma)
	floats.SubTo(d, theta[:3], phi[:3])
	want := (mat.Trace(&product) - 3 - math.Log(mat.Det(&product)) + square(d, inverse(psi))) / 2
	assert.InEpsilon(t, want, f.KL(theta, phi), 1e-12)
}

// TestOneDimensionIsTheUnivariateFamily: with the same seed to the last digits, samples too.
func TestOneDimensionIsTheUnivariateFamily(t *testing.T) {
	known, err := natural.NewGaussianKnownCovariance(mat.NewSymDense(1, []float64{1.7 * 1.7}))
	require.NoError(t, err)
	for _, pair := range []struct {
		several, one natural.Family
		theta, phi   []float64
	}{
		{known, natural.GaussianMean{Sigma: 1.7}, []float64{0.4}, []float64{-3}},
		{natural.GaussianCovariance{Dim: 1}, natural.GaussianVariance{}, []float64{0.4, 2}, []float64{-1, 0.3}},
		{natural.GaussianPrecision{Dim: 1}, natural.GaussianNatural{}, []float64{0.4, -2}, []float64{-1, -0.3}},
		{natural.MeanFieldSigma(1), natural.GaussianSigma{}, []float64{0.4, 2}, []float64{-1, 0.3}},
		{natural.MeanFieldLogSigma(1), natural.GaussianLogSigma{}, []float64{0.4, 2}, []float64{-1, 0.3}},
		{natural.MeanFieldNatural(1), natural.GaussianNatural{}, []float64{0.4, -2}, []float64{-1, -0.3}},
	} {
		n := pair.one.Params()
		require.Equal(t, n, pair.several.Params())
		check := func(what string, apply func(f natural.Family) []float64) {
			want, got := apply(pair.one), apply(pair.several)
			for i := range want {
				assert.InDelta(t, want[i], got[i], 1e-13*(1+math.Abs(want[i])), "%s: %s", pair.several, what)
			}
		}
		vector := func(apply func(f natural.Family, dst []float64)) func(natural.Family) []float64 {
			return func(f natural.Family) []float64 {
				dst := make([]float64, n)
				apply(f, dst)
				return dst
			}
		}
		x, gradient, step := []float64{1.3}, []float64{-2, 5}[:n], []float64{3, -20}[:n]
		check("LogProb, KL", func(f natural.Family) []float64 {
			return []float64{f.LogProb(x, pair.theta), f.KL(pair.theta, pair.phi), f.KL(pair.phi, pair.theta)}
		})
		check("Score", vector(func(f natural.Family, dst []float64) { f.Score(dst, x, pair.theta) }))
		check("NaturalGradient", vector(func(f natural.Family, dst []float64) { f.NaturalGradient(dst, gradient, pair.theta) }))
		check("Retract", vector(func(f natural.Family, dst []float64) { f.Retract(dst, pair.theta, step) }))
		check("Fisher", func(f natural.Family) []float64 {
			m := fisher(f, pair.theta)
			return []float64{m.At(0, 0), m.At(n-1, 0), m.At(n-1, n-1)}
		})
		check("Sample", func(f natural.Family) []float64 {
			f.Sample(x, pair.theta, rand.New(rand.NewPCG(1, 2)))
			return append([]float64(nil), x...)
		})
		if f, ok := pair.several.(natural.ExponentialFamily); ok {
			one := pair.one.(natural.ExponentialFamily)
			assert.InDelta(t, one.LogPartition(pair.theta), f.LogPartition(pair.theta), 1e-14)
			assert.InDelta(t, one.LogBase(x), f.LogBase(x), 1e-14)
		}
	}
}

// TestVarianceFromMomentsHasOneRounding: m² = 1 + 2⁻²⁹ + 2⁻⁶⁰ rounds to a number without its last term.
func TestVarianceFromMomentsHasOneRounding(t *testing.T) {
	theta := make([]float64, 2)
	require.NoError(t, natural.GaussianNatural{}.FromMean(theta, []float64{1 + 0x1p-30, 1 + 0x1p-29 + 0x1p-50}))
	assert.Equal(t, -0.5/(0x1p-50-0x1p-60), theta[1])
}

// TestIllConditionedGaussians: covariances of condition number 1e12, given by their eigenvectors, have log densities,
// natural gradients and samples that are computed here in the eigenbasis. Elements of Σ carry a rounding error of
// 1e-16, so that Σ⁻¹ has 1e12 times that, relative to its norm.
func TestIllConditionedGaussians(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	eigenvalues := []float64{1, 1e-3, 1e-8, 1e-12}
	sigma, q := rotated(eigenvalues, rng)
	f := natural.GaussianCovariance{Dim: 4}
	theta := append([]float64{1, 2, 3, 4}, make([]float64, 10)...)
	natural.Pack(theta[4:], sigma)
	require.NoError(t, f.Validate(theta))
	x := make([]float64, 4)
	for range 20 {
		f.Sample(x, theta, rng)
		want := 0.0
		for k, lambda := range eigenvalues {
			z := 0.0
			for i := range x {
				z += q.At(i, k) * (x[i] - theta[i])
			}
			// 7 standard deviations, and the rounding of x in units of 1.
			assert.Less(t, math.Abs(z), 7*math.Sqrt(lambda)+1e-14)
			want -= z*z/lambda/2 + math.Log(2*math.Pi*lambda)/2
		}
		assert.InDelta(t, want, f.LogProb(x, theta), 1e-3)
	}
	// 2ΣGΣ has no inverse in it: its digits do not depend on the condition.
	g := randomSymmetric(4, rng)
	gradient, got := append([]float64{1, -1, 2, 0}, make([]float64, 10)...), make([]float64, 14)
	natural.PackGradient(gradient[4:], g)
	f.NaturalGradient(got, gradient, theta)
	want := congruent(sigma, g)
	packed := make([]float64, 10)
	natural.Pack(packed, want)
	for i := range packed {
		assert.InDelta(t, 2*packed[i], got[4+i], 1e-14*mat.Norm(want, 2))
	}
	// Variables in units of their own, 1e-150 to 1e150, cost no digits.
	units := []float64{0, 0, 1e-300, 0.5, 1e300}
	score := make([]float64, 5)
	natural.GaussianCovariance{Dim: 2}.Score(score, []float64{1e-150, 1e150}, units)
	// Σ⁻¹x with correlation ½: (4/3)(1 − ½) = 2/3 in units of the standard deviations
	assert.InEpsilon(t, 2./3*1e150, score[0], 1e-13)
	assert.InEpsilon(t, 2./3*1e-150, score[1], 1e-13)
}

// TestNaturalGradientOfManyDimensions: F·F⁻¹g = g with P = 230 by the 230×230 matrix that the closed form does without.
func TestNaturalGradientOfManyDimensions(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	const d = 20
	eigenvalues := make([]float64, d)
	for i := range eigenvalues {
		eigenvalues[i] = 0.5 + rng.Float64()
	}
	sigma, _ := rotated(eigenvalues, rng)
	n := d + natural.PackedSize(d)
	theta, phi := make([]float64, n), make([]float64, n)
	for i := range d {
		theta[i] = rng.NormFloat64() / 3
	}
	natural.Pack(theta[d:], sigma)
	toNatural, err := natural.Convert(natural.GaussianCovariance{Dim: d}, natural.GaussianPrecision{Dim: d})
	require.NoError(t, err)
	toNatural.Map(phi, theta)
	for _, at := range []struct {
		f     natural.Family
		theta []float64
	}{{natural.GaussianCovariance{Dim: d}, theta}, {natural.GaussianPrecision{Dim: d}, phi}} {
		g, v := make([]float64, n), make([]float64, n)
		for i := range g {
			g[i] = rng.NormFloat64()
		}
		at.f.NaturalGradient(v, g, at.theta)
		var back mat.VecDense
		back.MulVec(fisher(at.f, at.theta), mat.NewVecDense(n, v))
		floats.Sub(back.RawVector().Data, g)
		assert.Less(t, floats.Norm(back.RawVector().Data, 2), 1e-11*floats.Norm(g, 2), at.f.String())
	}
}

// TestSampleHasTheCovariance: a product zᵢzⱼ of centred Gaussians has variance ΣᵢᵢΣⱼⱼ + Σᵢⱼ², so that the mean of n draws is
// within 6 of its standard deviations but for 2e-9 of all seeds.
func TestSampleHasTheCovariance(t *testing.T) {
	const draws = 40000
	for _, r := range multivariateRows() {
		xs, _ := r.nodes(r.points[2])
		d := len(xs[0])
		mean, size := expect(r, r.points[2], d, func(dst, x []float64) { copy(dst, x) })
		require.Len(t, size, d)
		sigma, _ := expect(r, r.points[2], d*d, func(dst, x []float64) {
			for i := range dst {
				dst[i] = (x[i/d] - mean[i/d]) * (x[i%d] - mean[i%d])
			}
		})
		sum, x, rng := make([]float64, d*d), make([]float64, d), rand.New(rand.NewPCG(17, 18))
		for range draws {
			r.family.Sample(x, r.points[2], rng)
			for i := range sum {
				sum[i] += (x[i/d] - mean[i/d]) * (x[i%d] - mean[i%d]) / draws
			}
		}
		for i := range sum {
			bound := 6 * math.Sqrt((sigma[i/d*(d+1)]*sigma[i%d*(d+1)]+sigma[i]*sigma[i])/draws)
			assert.InDelta(t, sigma[i], sum[i], bound, "%s, element (%d, %d)", r.family, i/d, i%d)
		}
	}
}

// TestMeanFieldIsAGaussianOfDiagonalCovariance: the same density, divergence and, by the Jacobian, Fisher matrix.
func TestMeanFieldIsAGaussianOfDiagonalCovariance(t *testing.T) {
	c := natural.MeanFieldToCovariance(3)
	theta, phi := []float64{0.3, 1, 0, 1.2, 0.7, 2}, []float64{0.5, 0.8, 0.2, 1, 0.8, 2.2}
	to := func(theta []float64) []float64 {
		dst := make([]float64, c.To.Params())
		c.Map(dst, theta)
		return dst
	}
	assert.Equal(t, []float64{0.3, 1, 0, 1.2, 0, 0.7, 0, 0, 2}, to(theta))
	x := []float64{1, 2, 3}
	assert.InDelta(t, c.From.LogProb(x, theta), c.To.LogProb(x, to(theta)), 1e-14)
	assert.InDelta(t, c.From.KL(theta, phi), c.To.KL(to(theta), to(phi)), 1e-14)
	var j, f mat.Dense
	c.Jacobian(&j, theta)
	f.Product(j.T(), fisher(c.To, to(theta)), &j)
	assert.True(t, mat.EqualApprox(fisher(c.From, theta), &f, 1e-14))
}

func TestGaussiansNameWhatIsWrong(t *testing.T) {
	known, err := natural.NewGaussianKnownCovariance(mat.NewSymDense(2, []float64{1, 2, 2, 1}))
	assert.Nil(t, known)
	_, none := natural.NewGaussianKnownCovariance(&mat.SymDense{})
	for _, problem := range []struct {
		err  error
		want string
	}{
		{err, "natural: Gaussian of 2 dimensions and known covariance [1 2 1], mean: covariance: smallest eigenvalue -1: want a positive definite matrix"},
		{none, "0 dimensions: want at least 1"},
		{natural.GaussianCovariance{}.Validate(nil), "0 dimensions: want at least 1"},
		{natural.GaussianPrecision{Dim: -1}.Validate(nil), "-1 dimensions: want at least 1"},
		{natural.MeanFieldNatural(0).Validate(nil), "0 dimensions: want at least 1"},
		{natural.GaussianCovariance{Dim: 2}.Validate([]float64{0, 0, 1, 2, 1}), "covariance: smallest eigenvalue -1: want a positive definite matrix"},
		{natural.GaussianCovariance{Dim: 2}.Validate([]float64{0, 0, 1, 0, 0}), "covariance: diagonal element 1 is 0: want a positive definite matrix, whose diagonal is above 0"},
		{natural.GaussianCovariance{Dim: 2}.Validate([]float64{0, math.NaN(), 1, 0, 1}), "mean: element 1 is NaN: want a finite number"},
		{natural.GaussianPrecision{Dim: 2}.Validate([]float64{0, 0, 1, 0, -1}), "precision, −2 times the second part: diagonal element 0 is -2: want"},
		{natural.GaussianPrecision{Dim: 2}.FromMean(make([]float64, 5), []float64{3, 0, 9, 0, 1}), "covariance, E[xxᵀ] − E[x]E[x]ᵀ: diagonal element 0 is 0: want"},
		{natural.GaussianSigma{}.Validate([]float64{0, -1}), "standard deviation -1: want a positive finite number"},
		{natural.GaussianVariance{}.Validate([]float64{0, 0}), "variance 0: want a positive finite number"},
		{natural.GaussianLogSigma{}.Validate([]float64{0, 800}), "log standard deviation 800: want a number from −708 to 708"},
		{natural.GaussianNatural{}.Validate([]float64{0, 1}), "−1/(2·variance) 1: want a finite number below 0"},
		{natural.GaussianNatural{}.FromMean(make([]float64, 2), []float64{2, 3}), "variance, E[x²] − E[x]², -1: want a positive finite number"},
		{natural.GaussianMean{Sigma: -1}.Validate([]float64{0}), "standard deviation -1: want a positive finite number"},
		{natural.MeanFieldSigma(2).Validate([]float64{0, 0, 1, -1}), "2 × Gaussian, mean and standard deviation: outcome 1: standard deviation -1: want a positive finite number"},
	} {
		assert.ErrorContains(t, problem.err, problem.want)
	}
	// A θ that is no point of the family gives NaN, and no panic.
	bad := []float64{0, 0, 1, 2, 1}
	dst := make([]float64, 5)
	for _, f := range []natural.Family{natural.GaussianCovariance{Dim: 2}, natural.GaussianPrecision{Dim: 2}} {
		assert.True(t, math.IsNaN(f.LogProb([]float64{1, 1}, bad)), f.String())
		assert.True(t, math.IsNaN(f.KL(bad, bad)))
		f.Retract(dst, bad, make([]float64, 5))
		assert.True(t, math.IsNaN(dst[4]), fmt.Sprint(dst))
		f.NaturalGradient(dst, []float64{1, 1, 1, 1, 1}, bad)
		f.Score(dst, []float64{1, 1}, bad)
		assert.True(t, math.IsNaN(dst[4]), fmt.Sprint(dst))
	}
}

// TestAnotherKnownCovarianceIsAnotherFamily: the same mean is another distribution there,
// so that no conversion may leave it as it is.
func TestAnotherKnownCovarianceIsAnotherFamily(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 20} {
		one, two := mat.NewSymDense(n, nil), mat.NewSymDense(n, nil)
		for i := range n {
			one.SetSym(i, i, 1)
			two.SetSym(i, i, 1)
		}
		two.SetSym(n-1, n-1, 1+1e-15)
		f, err := natural.NewGaussianKnownCovariance(one)
		require.NoError(t, err)
		g, err := natural.NewGaussianKnownCovariance(two)
		require.NoError(t, err)
		_, err = natural.Convert(f, g)
		assert.Error(t, err, "order %d", n)
		_, err = natural.Convert(f, f)
		assert.NoError(t, err, "order %d", n)
	}
}
