package claims_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/floats"

	"github.com/gokfac/gokfac/natural"
)

// objectiveOf is some function of a distribution, by its mean parameters: no likelihood.
func objectiveOf(mu []float64) float64 {
	sum := 0.0
	for i, v := range mu {
		w := v - 0.3*float64(i+1)
		sum += w * w * (1 + 0.2*v)
	}
	return sum
}

func slopeOf(at []float64, of func([]float64) float64) []float64 {
	return flatten(derivatives(at, func(v []float64) []float64 { return []float64{of(v)} }))
}

// Claim: ∇_μ L = F⁻¹∇_θ L, with θ the natural parameters and μ the expectation parameters
// of an exponential family: a gradient with respect to μ is a natural gradient with
// respect to θ, without an inverse. Both gradients are by differences here.
func TestGradientByTheMeanIsNatural(t *testing.T) {
	for _, d := range exponentials(t) {
		f := d.f.(natural.ExponentialFamily)
		byTheta := slopeOf(d.theta, func(theta []float64) float64 { return objectiveOf(meanOf(f, theta)) })
		near(t, slopeOf(meanOf(f, d.theta), objectiveOf), naturalOf(f, byTheta, d.theta), 1e-7, d)
	}
}

// Claim (Raskutti, Mukherjee 2015): mirror descent on the expectation parameters with the KL
// divergence for proximity is natural gradient descent on the natural parameters.
//
// It is exact for steps of any size: argmin over μ of μᵀ∇_μ L + KL(new ‖ old)/η has
// θ − ηF⁻¹∇_θ L for its natural parameters. The order of the divergence matters. With
// KL(old ‖ new) over θ and the gradient with respect to θ it is natural gradient descent
// on the expectation parameters, another step. The minimum is tested as a point where the
// derivative, by differences, is 0, and around which all values are greater.
func TestMirrorDescentIsNaturalGradientDescent(t *testing.T) {
	const rate = 0.01
	for _, d := range exponentials(t) {
		f, n := d.f.(natural.ExponentialFamily), len(d.theta)
		old := meanOf(f, d.theta)
		byMu := slopeOf(old, objectiveOf)
		byTheta := slopeOf(d.theta, func(theta []float64) float64 { return objectiveOf(meanOf(f, theta)) })

		next := moved(d.theta, rate, naturalOf(f, byTheta, d.theta))
		mirror := func(mu []float64) float64 {
			return floats.Dot(byMu, mu) + f.KL(fromMean(t, f, mu), d.theta)/rate
		}
		least(t, d, mirror, meanOf(f, next), byMu)

		dual := moved(old, rate, naturalOf(natural.Expectation(f), byMu, old))
		near(t, moved(old, rate, byTheta), dual, 1e-7, d)
		mirror = func(theta []float64) float64 {
			return floats.Dot(byTheta, theta) + f.KL(d.theta, theta)/rate
		}
		least(t, d, mirror, fromMean(t, f, dual), byTheta)
		_, quadratic := d.f.(*natural.GaussianKnownCovariance)
		if _, one := d.f.(natural.GaussianMean); !one && !quadratic {
			assert.Greater(t, gap(next, fromMean(t, f, dual)), 1e-6, "%s of %d parameters: two steps", d, n)
		}
	}
}

// least asserts that of has a minimum at a point, on the scale of a gradient.
func least(t *testing.T, d distribution, of func([]float64) float64, at, gradient []float64) {
	t.Helper()
	assert.InDeltaSlice(t, make([]float64, len(at)), slopeOf(at, of), 1e-7*floats.Norm(gradient, 2), d)
	for i := range 20 {
		near := append([]float64{}, at...)
		floats.AddScaled(near, 1e-2, normal(uint64(i), len(at)).Float64s())
		assert.Greater(t, of(near), of(at), d)
	}
}

// Claim, loose: a natural step of rate 1 on the forward KL divergence, KL(data ‖ model), is
// moment matching.
//
// It is so in expectation parameters, from any start: ∇_θ L = μ − E_data[T] is the natural
// gradient with respect to μ, so that the step ends at E_data[T], the most likely
// distribution. A step of rate 1 in natural parameters does not end there, unless A is
// quadratic, as of Gaussians of known covariance. It is Newton's step there.
func TestWholeStepMatchesMoments(t *testing.T) {
	for _, d := range exponentials(t) {
		f, n := d.f.(natural.ExponentialFamily), len(d.theta)
		old := meanOf(f, d.theta)
		data := make([]float64, n) // the mean of T: between the outcomes and the model
		for _, x := range d.xs {
			s := make([]float64, n)
			f.Statistics(s, x)
			floats.AddScaled(data, 0.3/float64(len(d.xs)), s)
		}
		floats.AddScaled(data, 0.7, old)
		loss := func(theta []float64) float64 { return f.LogPartition(theta) - floats.Dot(theta, data) }
		byTheta := slopeOf(d.theta, loss)
		byMu := slopeOf(old, func(mu []float64) float64 { return loss(fromMean(t, f, mu)) })
		assert.InDeltaSlice(t, data, moved(old, 1, naturalOf(natural.Expectation(f), byMu, old)), 1e-7, d)

		inTheta := moved(d.theta, 1, naturalOf(f, byTheta, d.theta))
		short := gap(meanOf(f, inTheta), data)
		switch d.f.(type) {
		case *natural.GaussianKnownCovariance, natural.GaussianMean:
			assert.Less(t, short, 1e-9, d)
		default:
			t.Logf("%s: natural parameters end %.2g beside the data's moments, from %.2g", d, short, gap(old, data))
			assert.Greater(t, short, 1e-4, d)
		}
	}
}
