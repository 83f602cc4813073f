package natural

import "math"

// divergence is b − a − a·log(b/a) ≥ 0 for masses a = exp logA and b = exp logB: the KL divergence
// of masses that need not sum to 1.
func divergence(a, logA, logB float64) float64 { return deviance(a, math.Exp(logB), logB-logA) }

// deviance is b − a − a·d for masses a and b, d = log(b/a). It is exact to rounding for close
// masses too, where the terms cancel: it goes by d.
func deviance(a, b, d float64) float64 {
	switch {
	case d > 1: // b·(1 − (1 + d)·exp −d), as b − a·(1 + d) may be ∞ − ∞
		return b * (1 - (1+d)*math.Exp(-d))
	case d < -1:
		return b - a*(1+d)
	}
	// exp d − 1 − d = d²/2·(1 + d/3·(1 + d/4·(…))). 20!⁻¹ is below the rounding of ½.
	sum := 1.0
	for n := 20.0; n > 2; n-- {
		sum = 1 + d/n*sum
	}
	return a * d * d / 2 * sum
}

// logTo is log(b/a) of two masses whose difference b − a is known better than by subtraction.
func logTo(a, b, difference float64) float64 {
	if math.Abs(difference) <= a/2 {
		return math.Log1p(difference / a)
	}
	return math.Log(b) - math.Log(a)
}

// large is where the asymptotic series below are exact to rounding.
const large = 16

// logMinusDigamma is log x − ψ(x), for x > 0, ψ = (log Γ)′. gonum's Digamma is exact to 1e-10, and
// the difference cancels for large x (Abramowitz and Stegun, 6.3.5 and 6.3.18).
func logMinusDigamma(x float64) float64 {
	y, sum := x, 0.0
	for ; y < large; y++ {
		sum += 1 / y
	}
	q := 1 / y / y
	tail := 0.5/y + q*(1./12-q*(1./120-q*(1./252-q*(1./240-q*(1./132-q*(691./32760-q/12))))))
	if y == x {
		return tail
	}
	return math.Log(x) - math.Log(y) + sum + tail
}

// digamma is ψ(x), for x > 0.
func digamma(x float64) float64 { return math.Log(x) - logMinusDigamma(x) }

// trigammaExcess is x·ψ′(x) − 1, for x > 0: about 1/x for small and 1/(2x) for large x
// (Abramowitz and Stegun, 6.4.6 and 6.4.12).
func trigammaExcess(x float64) float64 {
	y, sum := x, 0.0
	for ; y < large; y++ {
		if y > x {
			sum += 1 / y / y
		}
	}
	q := 1 / y / y
	tail := 0.5/y + q*(1./6-q*(1./30-q*(1./42-q*(1./30-q*(5./66-q*(691./2730-q*7/6))))))
	if y == x {
		return tail
	}
	return 1/x + x*(sum+(1+tail)/y) - 1
}

// logGamma is log Γ(x), for x > 0.
func logGamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

// stirling is log Γ(x) − (x − ½)·log x + x − ½·log 2π, for x ≥ large.
func stirling(x float64) float64 {
	q := 1 / x / x
	return (1./12 - q*(1./360-q*(1./1260-q*(1./1680-q*(1./1188-q*691/360360))))) / x
}

// sigmoid is 1/(1 + exp −z).
func sigmoid(z float64) float64 {
	if z >= 0 {
		return 1 / (1 + math.Exp(-z))
	}
	e := math.Exp(z)
	return e / (1 + e)
}

// softplus is log(1 + exp z).
func softplus(z float64) float64 {
	return math.Max(z, 0) + math.Log1p(math.Exp(-math.Abs(z)))
}
