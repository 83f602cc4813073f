package variational

import "math"

// Expectations under N(m, s²) are by the trapezoidal rule, which converges
// geometrically for functions that are analytic around the real line (Trefethen,
// Weideman 2014, "The exponentially convergent trapezoidal rule", theorem 5.1):
// with singularities at the distance d and the spacing h the error is of the order
// exp(−2πd/h), and of the Gaussian's own part exp(−2π²s²/h²). Gauss–Hermite rules
// of n points have exp(−2d·√n/s), which is slow for the wide s of a prior: 32 points
// give E[log(1 + exp z)] with an error of 1e-2 for s = 10 (TestQuadrature).
const (
	perStrip     = 6.0  // points in d: exp(−2π·6) = 4e-17
	perDeviation = 1.75 // points in s: exp(−2π²·1.75²) = 6e-27
	reach        = 8.5  // of the sum, in deviations: the tail has 2e-17
	mostPoints   = 1 << 14
)

// spacing is the distance of points in deviations, and how many there are on either
// side. Beyond mostPoints, for s above 160·d, points are set wider apart.
func spacing(deviation, strip float64) (h float64, n int) {
	density := math.Max(perDeviation, perStrip*deviation/strip)
	n = int(math.Ceil(reach * math.Min(density, mostPoints/(2*reach))))
	return reach / float64(n), n
}

// expect is E[f(z)] for z of N(mean, variance). f is analytic within strip of the
// real line.
func expect(mean, variance, strip float64, f func(z float64) Expected) Expected {
	if variance == 0 {
		return f(mean)
	}
	s := math.Sqrt(variance)
	h, n := spacing(s, strip)
	var sum Expected
	total := 0.0
	for k := -n; k <= n; k++ {
		t := h * float64(k)
		w, e := math.Exp(-t*t/2), f(mean+s*t)
		total += w
		sum.Value += w * e.Value
		sum.Slope += w * e.Slope
		sum.Curvature += w * e.Curvature
	}
	return Expected{sum.Value / total, sum.Slope / total, sum.Curvature / total}
}

// logMean is log E[exp f(z)] for z of N(mean, variance). centre is a guess of where
// exp f times the Gaussian is greatest; the points are moved there.
func logMean(mean, variance, strip, centre float64, f func(z float64) float64) float64 {
	if variance == 0 {
		return f(mean)
	}
	s := math.Sqrt(variance)
	h, n := spacing(s, strip)
	at := func(k int) float64 {
		z := centre + s*h*float64(k)
		t := (z - mean) / s
		return f(z) - t*t/2
	}
	greatest := math.Inf(-1)
	for range 8 {
		best := 0
		for k := -n; k <= n; k++ {
			if v := at(k); v > greatest {
				greatest, best = v, k
			}
		}
		if best == 0 {
			break
		}
		centre += s * h * float64(best)
	}
	sum := 0.0
	for k := -n; k <= n; k++ {
		sum += math.Exp(at(k) - greatest)
	}
	return greatest + math.Log(sum*h) - halfLogTwoPi
}
