package natural

import (
	"fmt"
	"math"
)

// FromMean finds the α with ψ(αₖ) − ψ(s) = μₖ and Σαₖ = s. For a given s the first have a solution each,
// αₖ(s) = ψ⁻¹(μₖ + ψ(s)). Their sum's ratio to s falls from K to Σ exp μₖ, which has to be below 1, and
// s is where it is 1 (the fixed point of Minka 2000, "Estimating a Dirichlet distribution", by Newton's method).
func (f Dirichlet) FromMean(dst, mu []float64) error {
	if err := wantClasses(f.String(), f.Classes); err != nil {
		return err
	}
	limit := 0.0
	for k, m := range mu {
		if err := wantFinite(f.String(), fmt.Sprintf("mean of the logarithm %d,", k), m); err != nil {
			return err
		}
		limit += math.Exp(m)
	}
	if !(limit < 1) {
		return &DomainError{f.String(), fmt.Sprintf("the exponentials of the means of the logarithms have the sum %g: want less than 1", limit)}
	}
	means := append([]float64(nil), mu...)
	// log s is y, and between low and high. Newton's steps have not been seen to leave them; a step that did
	// would halve the way, which converges for certain.
	low, high := math.Log(smallest), math.Log(math.MaxFloat64)/2
	y := 0.0
	for range 200 {
		s := math.Exp(y)
		ratio, slope := f.concentrations(dst, means, s)
		gap := math.Log(ratio)
		if gap > 0 {
			low = y
		} else {
			high = y
		}
		next := y - gap/(slope-1)
		if !(next > low && next < high) {
			next = (low + high) / 2
		}
		step := next - y
		y = next
		if math.Abs(step) <= 4e-16*math.Max(1, math.Abs(y)) {
			break
		}
	}
	f.concentrations(dst, means, math.Exp(y))
	return nil
}

// concentrations sets dst to α(s). It returns Σαₖ/s and d log Σαₖ/d log s.
func (f Dirichlet) concentrations(dst, means []float64, s float64) (ratio, slope float64) {
	down, by := digamma(s), 1+trigammaExcess(s) // s·ψ′(s)
	total := 0.0
	for k, m := range means {
		a := inverseDigamma(m + down)
		dst[k] = a
		total += a
		slope += a * by / (1 + trigammaExcess(a)) // dα/d log s = sψ′(s)/ψ′(α)
	}
	return total / s, slope / total
}

// inverseDigamma is the x > 0 with ψ(x) = y, by Newton's method from Minka's start.
func inverseDigamma(y float64) float64 {
	x := math.Exp(y) + 0.5
	if y < -2.22 {
		x = -1 / (y + 0.5772156649015329)
	}
	for range 20 {
		// In log x, of which ψ has the slope xψ′(x).
		step := (digamma(x) - y) / (1 + trigammaExcess(x))
		x *= math.Exp(-step)
		if math.Abs(step) < 1e-9 { // the next step would be its square
			break
		}
	}
	return x
}
