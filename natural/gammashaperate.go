package natural

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// GammaShapeRate is x > 0 with p(x) = βᵅ·xᵅ⁻¹·exp(−βx)/Γ(α), θ = (α, β), the shape and the
// rate, both positive. F = [[ψ′(α), −1/β], [−1/β, α/β²]].
type GammaShapeRate struct{}

var _ Converter = GammaShapeRate{}

func (GammaShapeRate) String() string { return "gamma, shape and rate" }
func (GammaShapeRate) Params() int    { return 2 }
func (GammaShapeRate) Size() int      { return 1 }

// Validate accepts positive numbers.
func (f GammaShapeRate) Validate(theta []float64) error {
	if err := wantPositive(f.String(), "shape", theta[0]); err != nil {
		return err
	}
	return wantPositive(f.String(), "rate", theta[1])
}

func (GammaShapeRate) LogProb(x, theta []float64) float64 {
	return gammaLogProb(x[0], theta[0], theta[1])
}

// Score is (log βx − ψ(α), α/β − x).
func (GammaShapeRate) Score(dst, x, theta []float64) {
	b := theta[1]
	shape, logRate := gammaScore(x[0], theta[0], b)
	dst[0], dst[1] = shape, logRate/b
}

func (GammaShapeRate) Fisher(dst *mat.SymDense, theta []float64) {
	gammaFisher(dst, theta[0], theta[1], 1)
}

func (GammaShapeRate) NaturalGradient(dst, gradient, theta []float64) {
	dst[0], dst[1] = gammaSolve(theta[0], theta[1], gradient[0], gradient[1])
}

func (GammaShapeRate) KL(theta, phi []float64) float64 {
	return gammaKL(theta[0], theta[1], phi[0], phi[1])
}

func (GammaShapeRate) Sample(dst, theta []float64, rng *rand.Rand) {
	dst[0] = gammaSample(theta[0], theta[1], rng)
}

// Retract is θ + step, each element unless that leaves less than half of it. A longer step ends
// within that half.
func (GammaShapeRate) Retract(dst, theta, step []float64) {
	dst[0], dst[1] = inside(theta[0], step[0]), inside(theta[1], step[1])
}

// Conversions has the natural parameters (α, −β), and the logarithms.
func (f GammaShapeRate) Conversions() []Conversion {
	return []Conversion{{
		From: f, To: GammaNatural{},
		Map:      func(dst, theta []float64) { dst[0], dst[1] = theta[0], -theta[1] },
		Jacobian: func(dst *mat.Dense, theta []float64) { diagonal(dst, 2, 1, -1) },
	}, {
		From: f, To: GammaLogs{},
		Map:      func(dst, theta []float64) { dst[0], dst[1] = math.Log(theta[0]), math.Log(theta[1]) },
		Jacobian: func(dst *mat.Dense, theta []float64) { diagonal(dst, 2, 1/theta[0], 1/theta[1]) },
	}}
}
