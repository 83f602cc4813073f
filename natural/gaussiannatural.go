package natural

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// GaussianNatural is the Gaussian N(μ, v) in its natural parameters,
// θ = (μ/v, −1/2v): the exponential family with T(x) = (x, x²), h(x) = 1/√2π and
// A(θ) = μ²/2v + ½ log v. Its expectation parameters are (μ, μ² + v), and
//
//	F = [ v    2μv       ]
//	    [ 2μv  2v² + 4μ²v ]
type GaussianNatural struct{}

var _ ExponentialFamily = GaussianNatural{}

func (GaussianNatural) String() string { return "Gaussian, natural" }
func (GaussianNatural) Params() int    { return 2 }
func (GaussianNatural) Size() int      { return 1 }

// moments are the mean and the variance.
func (GaussianNatural) moments(theta []float64) (mu, v float64) {
	v = -0.5 / theta[1]
	return theta[0] * v, v
}

// Validate wants a finite μ/v, and a −1/2v below 0 whose variance is a float64 above 0.
func (f GaussianNatural) Validate(theta []float64) error {
	if err := wantFinite(f.String(), "mean/variance", theta[0]); err != nil {
		return err
	}
	if !(theta[1] < 0) || math.IsInf(theta[1], -1) {
		return &DomainError{f.String(), fmt.Sprintf("−1/(2·variance) %g: want a finite number below 0", theta[1])}
	}
	_, v := f.moments(theta)
	return wantPositive(f.String(), "variance", v)
}

func (f GaussianNatural) LogProb(x, theta []float64) float64 {
	mu, v := f.moments(theta)
	return gaussianLogProb(x[0], mu, math.Sqrt(v))
}

// Score is T(x) − E[T(x)].
func (f GaussianNatural) Score(dst, x, theta []float64) {
	mu, v := f.moments(theta)
	r := x[0] - mu
	dst[0], dst[1] = r, r*(r+2*mu)-v
}

func (f GaussianNatural) Fisher(dst *mat.SymDense, theta []float64) {
	mu, v := f.moments(theta)
	symmetric(dst, 2)
	dst.SetSym(0, 0, v)
	dst.SetSym(0, 1, 2*mu*v)
	dst.SetSym(1, 1, 2*v*v+4*mu*mu*v)
}

// NaturalGradient is the change of θ that changes the expectation parameters by gradient, for F = ∂μ/∂θ.
func (f GaussianNatural) NaturalGradient(dst, gradient, theta []float64) {
	mu, v := f.moments(theta)
	dm := gradient[0]
	dv := gradient[1] - 2*mu*dm
	dst[0], dst[1] = (dm-dv*theta[0])/v, dv/v/v/2
}

func (f GaussianNatural) KL(theta, phi []float64) float64 {
	mu, _ := f.moments(theta)
	m, v := f.moments(phi)
	// The ratio of the variances is that of the parameters, upside down.
	return (divergence(1, 0, logRatio(-phi[1], -theta[1])) + (mu-m)/v*(mu-m)) / 2
}

func (f GaussianNatural) Sample(dst, theta []float64, rng *rand.Rand) {
	mu, v := f.moments(theta)
	dst[0] = mu + math.Sqrt(v)*rng.NormFloat64()
}

// Retract is θ + step of the first parameter, and minus the [RetractPositive] of 1/2v.
func (GaussianNatural) Retract(dst, theta, step []float64) {
	dst[0], dst[1] = straight(theta[0], step[0]), -RetractPositive(-theta[1], -step[1])
}

func (GaussianNatural) Statistics(dst, x []float64) { dst[0], dst[1] = x[0], x[0]*x[0] }

func (f GaussianNatural) LogPartition(theta []float64) float64 {
	mu, v := f.moments(theta)
	return (theta[0]*mu + math.Log(v)) / 2
}

func (GaussianNatural) LogBase(x []float64) float64 { return -halfLogTwoPi }

// Mean is (μ, μ² + v).
func (f GaussianNatural) Mean(dst, theta []float64) {
	mu, v := f.moments(theta)
	dst[0], dst[1] = mu, mu*mu+v
}

// FromMean wants a second moment above the square of the first.
func (f GaussianNatural) FromMean(dst, mu []float64) error {
	if err := wantFinite(f.String(), "expectation of x", mu[0]); err != nil {
		return err
	}
	m := mu[0]
	v := math.FMA(-m, m, mu[1]) // one rounding: the difference of near squares is exact to the last digit
	if err := wantPositive(f.String(), "variance, E[x²] − E[x]²,", v); err != nil {
		return err
	}
	dst[0], dst[1] = m/v, -0.5/v
	return nil
}
