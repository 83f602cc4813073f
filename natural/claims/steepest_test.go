package claims_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// Claim: KL(θ, θ+d) = ½dᵀFd up to an error of third order.
//
// KL(θ+d, θ) has the same second order and another third one, so that KL is no metric but
// is symmetric to second order. Where −log p is quadratic there is no error at all: of
// Gaussians of known covariance. In natural parameters the error is ⅙ of the third
// cumulant of T along d.
func TestKLOfFamiliesIsHalfTheFisherNorm(t *testing.T) {
	for _, d := range append(exponentials(t), others()...) {
		way := normal(4, len(d.theta)).Float64s()
		floats.Scale(1/math.Sqrt(quadratic(way, fisherOf(d.f, d.theta), way)), way)
		var scales, ahead, back []float64
		for _, s := range []float64{0.02, 0.01, 0.005, 0.0025} {
			there := moved(d.theta, -s, way)
			scales = append(scales, s)
			ahead = append(ahead, math.Abs(d.f.KL(d.theta, there)-s*s/2))
			back = append(back, math.Abs(d.f.KL(there, d.theta)-s*s/2))
		}
		switch d.f.(type) {
		case *natural.GaussianKnownCovariance, natural.GaussianMean:
			assert.Less(t, floats.Max(ahead), 1e-17, d)
			assert.Less(t, floats.Max(back), 1e-17, d)
			continue
		}
		t.Logf("%-36s ahead |d|^%.2f, back |d|^%.2f", d, order(scales, ahead), order(scales, back))
		assert.InDelta(t, 3, order(scales, ahead), 0.15, d)
		assert.InDelta(t, 3, order(scales, back), 0.15, d)
	}
	// Poisson: KL = e^θ(e^d − 1 − d), so that the error of third order is e^θd³/6.
	f, d := natural.PoissonLogRate{}, 1e-3
	assert.InEpsilon(t, math.Exp(0.5)*d*d*d/6, f.KL([]float64{0.5}, []float64{0.5 + d})-math.Exp(0.5)*d*d/2, 1e-3)
}

// Claim: the natural gradient is the steepest descent where the length of a step is its
// KL divergence: the Lagrangian gᵀd + λ(½dᵀFd − ε) has the stationary point
// d = −F⁻¹g/λ with λ = √(gᵀF⁻¹g/2ε).
//
// Against brute force: on the curve KL(θ, θ+d) = ε itself, all directions tried, the loss
// itself is least at a step whose distance to d, as a part of d, falls as √ε. It is
// steepest for small steps only, and with F at the start.
func TestLagrangianOfAKLBall(t *testing.T) {
	f, theta, data := natural.GaussianSigma{}, []float64{0, 1}, []float64{0.4, 2.9, 1.7, 1.1}
	loss := func(at []float64) float64 {
		sum := 0.0
		for _, x := range data {
			sum -= f.LogProb([]float64{x}, at) / float64(len(data))
		}
		return sum
	}
	g := slopeOf(theta, loss)
	u := naturalOf(f, g, theta)
	var scales, apart []float64
	for _, eps := range []float64{1e-2, 1e-3, 1e-4, 1e-5} {
		lambda := math.Sqrt(floats.Dot(g, u) / (2 * eps))
		d := moved([]float64{0, 0}, 1/lambda, u)
		assert.InEpsilon(t, eps, quadratic(d, fisherOf(f, theta), d)/2, 1e-9)
		kkt := append([]float64{}, g...)
		floats.AddScaled(kkt, lambda, times(fisherOf(f, theta), d))
		assert.InDeltaSlice(t, []float64{0, 0}, kkt, 1e-8)

		onBall := func(angle float64) []float64 { // the step with KL = ε, by bisection
			sin, cos := math.Sincos(angle)
			way := func(r float64) []float64 { return []float64{theta[0] + r*cos, theta[1] + r*sin} }
			low, high := 0.0, 2*math.Sqrt(2*eps)
			for range 200 {
				if r := (low + high) / 2; f.KL(theta, way(r)) < eps {
					low = r
				} else {
					high = r
				}
			}
			return way(low)
		}
		at, value := 0.0, math.Inf(1)
		for width, middle := math.Pi, 0.0; width > 1e-7; width, middle = width/10, at {
			for k := -100; k <= 100; k++ {
				if a := middle + width*float64(k)/100; loss(onBall(a)) < value {
					at, value = a, loss(onBall(a))
				}
			}
		}
		best := onBall(at)
		floats.Sub(best, theta)
		scales = append(scales, eps)
		apart = append(apart, floats.Distance(best, d, 2)/floats.Norm(d, 2))
	}
	t.Logf("brute force beside the natural step, as a part of it: %.2g, as ε^%.3f", apart, order(scales, apart))
	assert.InDelta(t, 0.5, order(scales, apart), 0.05)
	assert.Less(t, apart[len(apart)-1], 0.01)
	assert.Less(t, cosine(g, u), 0.99, "the plain gradient is another direction")
}

// Claim: an affine change of coordinates, θ = Ax + c, moves plain gradient descent and
// neither Newton's method nor natural gradient descent. In x, gradient and Hessian are by
// differences, and F by enumeration of scores by differences.
func TestAffineCoordinatesOfACategorical(t *testing.T) {
	f, theta := natural.CategoricalLogOdds{Classes: 3}, []float64{0.4, -0.7}
	a, c := mat.NewDense(2, 2, []float64{2, 0.5, -1, 1}), []float64{0.3, 0.1}
	back := func(x []float64) []float64 {
		v := times(a, x)
		floats.Add(v, c)
		return v
	}
	x := solve(t, a, moved(theta, 1, c))
	near(t, theta, back(x), 1e-14)
	loss := func(theta []float64) float64 { return objectiveOf(meanOf(f, theta)) }
	inX := func(x []float64) float64 { return loss(back(x)) }
	gx := slopeOf(x, inX)
	fx := mat.NewSymDense(2, nil)
	for k := range 3 {
		y := []float64{float64(k)}
		s := slopeOf(x, func(x []float64) float64 { return f.LogProb(y, back(x)) })
		fx.SymRankOne(fx, math.Exp(f.LogProb(y, theta)), mat.NewVecDense(2, s))
	}
	g := slopeOf(theta, loss)
	near(t, moved(theta, 0.5, naturalOf(f, g, theta)), back(moved(x, 0.5, solve(t, fx, gx))), 1e-9, "natural")
	bend := func(at []float64, of func([]float64) float64) mat.Matrix {
		return derivatives(at, func(v []float64) []float64 { return slopeOf(v, of) })
	}
	newton := solve(t, bend(theta, loss), g)
	require.Greater(t, floats.Norm(newton, 2), 0.1)
	assert.InDeltaSlice(t, newton, times(a, solve(t, bend(x, inX), gx)), 1e-6, "Newton")
	assert.Greater(t, gap(moved(theta, 0.5, g), back(moved(x, 0.5, gx))), 0.02, "plain")
}
