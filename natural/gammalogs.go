package natural

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// GammaLogs is the gamma distribution by θ = (log α, log β), which have no positive numbers to
// stay within. F = α·[[αψ′(α), −1], [−1, 1]].
type GammaLogs struct{}

var _ Converter = GammaLogs{}

// mostLog is the largest |log v| for which v and 1/v are finite and exact to rounding.
const mostLog = 708

func (GammaLogs) String() string { return "gamma, log-shape and log-rate" }
func (GammaLogs) Params() int    { return 2 }
func (GammaLogs) Size() int      { return 1 }

// Validate accepts numbers from −708 to 708, whose exponentials are float64 numbers.
func (f GammaLogs) Validate(theta []float64) error {
	for i, name := range []string{"log-shape", "log-rate"} {
		if v := theta[i]; !(math.Abs(v) <= mostLog) {
			return &DomainError{f.String(), fmt.Sprintf("%s %g: want a number from %d to %d", name, v, -mostLog, mostLog)}
		}
	}
	return nil
}

func (GammaLogs) LogProb(x, theta []float64) float64 {
	return gammaLogProb(x[0], math.Exp(theta[0]), math.Exp(theta[1]))
}

// Score is (α(log βx − ψ(α)), α − βx).
func (GammaLogs) Score(dst, x, theta []float64) {
	a := math.Exp(theta[0])
	shape, logRate := gammaScore(x[0], a, math.Exp(theta[1]))
	dst[0], dst[1] = a*shape, logRate
}

func (GammaLogs) Fisher(dst *mat.SymDense, theta []float64) {
	symmetric(dst, 2)
	a := math.Exp(theta[0])
	dst.SetSym(0, 0, a*(1+trigammaExcess(a)))
	dst.SetSym(0, 1, -a)
	dst.SetSym(1, 1, a)
}

// NaturalGradient has F⁻¹ = [[1, 1], [1, αψ′(α)]]/(α(αψ′(α) − 1)).
func (GammaLogs) NaturalGradient(dst, gradient, theta []float64) {
	a, byRate := math.Exp(theta[0]), gradient[1]
	shape := (gradient[0] + byRate) / (a * trigammaExcess(a))
	dst[0], dst[1] = shape, shape+byRate/a
}

func (GammaLogs) KL(theta, phi []float64) float64 {
	return gammaKL(math.Exp(theta[0]), math.Exp(theta[1]), math.Exp(phi[0]), math.Exp(phi[1]))
}

func (GammaLogs) Sample(dst, theta []float64, rng *rand.Rand) {
	dst[0] = gammaSample(math.Exp(theta[0]), math.Exp(theta[1]), rng)
}

// Retract is θ + step, and the nearest of ±708 beyond them.
func (GammaLogs) Retract(dst, theta, step []float64) {
	for i := range dst {
		dst[i] = min(max(theta[i]+step[i], -mostLog), mostLog)
	}
}

// Conversions has the shape and the rate.
func (f GammaLogs) Conversions() []Conversion {
	return []Conversion{{
		From: f, To: GammaShapeRate{},
		Map:      func(dst, theta []float64) { dst[0], dst[1] = math.Exp(theta[0]), math.Exp(theta[1]) },
		Jacobian: func(dst *mat.Dense, theta []float64) { diagonal(dst, 2, math.Exp(theta[0]), math.Exp(theta[1])) },
	}}
}
