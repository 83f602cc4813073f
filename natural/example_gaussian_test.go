package natural_test

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// The natural gradient of ½‖y − m‖² under a Gaussian of covariance Σ is Σ
// times the plain one. Of −log p itself, the natural step of rate 1 leads from
// everywhere to y: m is an affine parameter, in which −log p is quadratic with
// F as its Hessian.
func ExampleGaussianKnownCovariance() {
	f, err := natural.NewGaussianKnownCovariance(mat.NewSymDense(2, []float64{2, 1, 1, 2}))
	if err != nil {
		panic(err)
	}
	m, y := []float64{0, 0}, []float64{1, 2}

	squared := []float64{m[0] - y[0], m[1] - y[1]} // ∂½‖y − m‖²/∂m
	step := make([]float64, 2)
	f.NaturalGradient(step, squared, m)
	fmt.Printf("squared error: plain %.0f, natural %.0f\n", squared, step)

	score := make([]float64, 2)
	f.Score(score, y, m)
	f.NaturalGradient(step, score, m)
	fmt.Printf("log density at m: natural %.0f\n", step)
	// Output:
	// squared error: plain [-1 -2], natural [-4 -5]
	// log density at m: natural [1 2]
}

// Of a known σ the natural gradient is the plain one, but for the constant σ².
func ExampleGaussianMean() {
	f := natural.GaussianMean{Sigma: 2}
	score := make([]float64, 1)
	f.Score(score, []float64{3}, []float64{1})
	fmt.Println(score)
	f.NaturalGradient(score, score, []float64{1})
	fmt.Println(score)
	// Output:
	// [0.5]
	// [2]
}

// The wider the distribution, the longer the natural step: it is measured in
// standard deviations.
func ExampleGaussianSigma() {
	f := natural.GaussianSigma{}
	for _, sigma := range []float64{0.1, 1, 10} {
		step := make([]float64, 2)
		f.NaturalGradient(step, []float64{1, 1}, []float64{0, sigma})
		fmt.Printf("σ = %g: %.3g\n", sigma, step)
	}
	next := make([]float64, 2)
	f.Retract(next, []float64{0, 1}, []float64{0, -3}) // σ − 3 is not positive
	fmt.Println(next)
	// Output:
	// σ = 0.1: [0.01 0.005]
	// σ = 1: [1 0.5]
	// σ = 10: [100 50]
	// [0 2.5]
}

func ExampleGaussianLogSigma() {
	var f mat.SymDense
	natural.GaussianLogSigma{}.Fisher(&f, []float64{0, math.Log(0.5)})
	fmt.Printf("%.4v\n", mat.Formatted(&f))
	// Output:
	// ⎡4  0⎤
	// ⎣0  2⎦
}

func ExampleGaussianVariance() {
	c, err := natural.Convert(natural.GaussianVariance{}, natural.GaussianNatural{})
	if err != nil {
		panic(err)
	}
	theta := make([]float64, 2)
	c.Map(theta, []float64{3, 2})
	fmt.Println(theta)
	// Output: [1.5 -0.25]
}

// The maximum-likelihood fit to data has their mean of T(x) as its expectation
// parameters.
func ExampleGaussianNatural() {
	f := natural.GaussianNatural{}
	data := []float64{1, 2, 6}
	mean := make([]float64, 2) // of T(x) = (x, x²)
	for _, x := range data {
		t := make([]float64, 2)
		f.Statistics(t, []float64{x})
		mean[0] += t[0] / 3
		mean[1] += t[1] / 3
	}
	theta := make([]float64, 2)
	if err := f.FromMean(theta, mean); err != nil {
		panic(err)
	}
	mu, v := -theta[0]/theta[1]/2, -0.5/theta[1]
	fmt.Printf("mean %.4f, variance %.4f\n", mu, v)
	fmt.Println(f.FromMean(theta, []float64{3, 8}))
	// Output:
	// mean 3.0000, variance 4.6667
	// natural: Gaussian, natural: variance, E[x²] − E[x]², -1: want a positive finite number
}

// The natural gradient by Σ is 2ΣGΣ, G the symmetric gradient: of log p at one
// outcome it is rrᵀ − Σ, so that Σ + step would be rrᵀ, which is singular. The
// retraction is not.
func ExampleGaussianCovariance() {
	f := natural.GaussianCovariance{Dim: 2}
	theta := []float64{0, 0, 2, 1, 2} // m, and Σ₁₁, Σ₂₁, Σ₂₂
	step := make([]float64, 5)
	f.Score(step, []float64{1, 2}, theta)
	f.NaturalGradient(step, step, theta)
	fmt.Printf("%.3f\n", step)
	f.Retract(theta, theta, step)
	fmt.Printf("%.3f\n", theta)
	// Output:
	// [1.000 2.000 -1.000 1.000 2.000]
	// [1.000 2.000 2.000 2.500 5.000]
}

// Expectation parameters are the mean and E[xxᵀ], whose element off the
// diagonal counts twice.
func ExampleGaussianPrecision() {
	f := natural.GaussianPrecision{Dim: 2}
	theta := make([]float64, 5)
	c, err := natural.Convert(natural.GaussianCovariance{Dim: 2}, f)
	if err != nil {
		panic(err)
	}
	c.Map(theta, []float64{1, 0, 2, 1, 1})
	fmt.Printf("Σ⁻¹m = %.1f, −½Σ⁻¹ packed = %.1f\n", theta[:2], theta[2:])
	mu := make([]float64, 5)
	f.Mean(mu, theta)
	fmt.Printf("E[x] = %.1f, E[xxᵀ] = %.1f\n", mu[:2], mu[2:])
	// Output:
	// Σ⁻¹m = [1.0 -1.0], −½Σ⁻¹ packed = [-0.5 0.5 -1.0]
	// E[x] = [1.0 0.0], E[xxᵀ] = [3.0 2.0 1.0]
}

func ExampleMeanFieldSigma() {
	f := natural.MeanFieldSigma(2)
	theta := []float64{0, 0, 0.5, 2} // means, then standard deviations
	var fisher mat.SymDense
	f.Fisher(&fisher, theta)
	fmt.Println(mat.Formatted(&fisher))
	step := make([]float64, 4)
	f.NaturalGradient(step, []float64{1, 1, 1, 1}, theta)
	fmt.Println(step)
	// Output:
	// ⎡   4     0     0     0⎤
	// ⎢   0  0.25     0     0⎥
	// ⎢   0     0     8     0⎥
	// ⎣   0     0     0   0.5⎦
	// [0.25 4 0.125 2]
}

func ExampleMeanFieldNatural() {
	f := natural.MeanFieldNatural(2)
	theta := make([]float64, 4)
	err := f.FromMean(theta, []float64{0, 1, 4, 3}) // E[x], then E[x²]
	fmt.Println(theta, err)
	err = f.FromMean(theta, []float64{0, 2, 4, 3})
	fmt.Println(err)
	// Output:
	// [0 0.5 -0.125 -0.25] <nil>
	// natural: 2 × Gaussian, natural: outcome 1: variance, E[x²] − E[x]², -1: want a positive finite number
}

func ExampleMeanFieldLogSigma() {
	f := natural.MeanFieldLogSigma(2)
	step := make([]float64, 4)
	f.NaturalGradient(step, []float64{1, 1, 1, 1}, []float64{0, 0, math.Log(0.5), math.Log(2)})
	fmt.Printf("%.4g\n", step)
	// Output: [0.25 4 0.5 0.5]
}

func ExampleMeanFieldToCovariance() {
	c := natural.MeanFieldToCovariance(2)
	theta := make([]float64, c.To.Params())
	c.Map(theta, []float64{1, 2, 0.5, 4})
	fmt.Println(theta)
	// Output: [1 2 0.5 0 4]
}

// The step −6 on the first variance, 2, goes beyond 0. Only that element
// changes, for S has rank one. The quadratic retraction has turned round by
// then: 2 − 6 + ½·36·(Σ⁻¹)₁₁ = 8. The exponential map decreases, to
// 2 − (1 − exp −4)/(Σ⁻¹)₁₁.
func ExampleRetractCovariance() {
	sigma, step := mat.NewSymDense(2, []float64{2, 1, 1, 2}), mat.NewSymDense(2, []float64{-6, 0, 0, 0})
	var next mat.SymDense
	if err := natural.RetractCovariance(&next, sigma, step); err != nil {
		panic(err)
	}
	fmt.Printf("%.4f\n", mat.Formatted(&next))
	if err := natural.ExpCovariance(&next, sigma, step); err != nil {
		panic(err)
	}
	fmt.Printf("%.4f\n", mat.Formatted(&next))
	// Output:
	// ⎡8.0000  1.0000⎤
	// ⎣1.0000  2.0000⎦
	// ⎡0.5275  1.0000⎤
	// ⎣1.0000  2.0000⎦
}

func ExampleUnpack() {
	var s mat.SymDense
	natural.Unpack(&s, []float64{1, 2, 3, 4, 5, 6}, 3)
	fmt.Println(mat.Formatted(&s))
	// Output:
	// ⎡1  2  4⎤
	// ⎢2  3  5⎥
	// ⎣4  5  6⎦
}
