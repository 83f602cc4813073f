package datasets

import (
	"math"
	"math/rand/v2"
)

// symmetricBeta draws from Beta(α, α), as the share G/(G+G′) of two gamma variates. They stay logarithms: for a small α
// both underflow, and gonum's distuv.Beta, which divides them, gives NaN in one draw of five for α = 10⁻³.
func symmetricBeta(rng *rand.Rand, alpha float64) float64 {
	own, other := logGamma(rng, alpha), logGamma(rng, alpha)
	return 1 / (1 + math.Exp(other-own))
}

// logGamma draws the logarithm of a gamma variate of shape α: one of shape α+1 by the method of Marsaglia and Tsang
// (2000), times U^{1/α}.
func logGamma(rng *rand.Rand, alpha float64) float64 {
	d := alpha + 1 - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return math.Log(d*v) + math.Log(1-rng.Float64())/alpha
		}
	}
}
