package natural

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// class is the class number x, −1 if it is none of 0…n−1.
func class(x float64, n int) int {
	if x >= 0 && x < float64(n) && x == math.Floor(x) {
		return int(x)
	}
	return -1
}

// wantClasses returns a *DomainError for a categorical distribution that is none.
func wantClasses(family string, n int) error {
	if n < 2 {
		return &DomainError{family, fmt.Sprintf("%d classes: want 2 or more", n)}
	}
	return nil
}

// logSumExp is log Σ exp z, over the elements of z and, with reference, a zero before them.
func logSumExp(z []float64, reference bool) float64 {
	top := math.Inf(-1)
	if reference {
		top = 0
	}
	for _, v := range z {
		top = math.Max(top, v)
	}
	sum := 0.0
	if reference {
		sum = math.Exp(-top)
	}
	for _, v := range z {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum)
}

// draw sets dst to a class drawn by probabilities p(0)…p(n−1).
func draw(dst []float64, n int, p func(k int) float64, rng *rand.Rand) {
	u := rng.Float64()
	last := 0
	for k := range n {
		q := p(k)
		if q > 0 {
			last = k
		}
		if u -= q; u < 0 {
			dst[0] = float64(k)
			return
		}
	}
	// The probabilities' sum was rounded to less than u.
	dst[0] = float64(last)
}

// rest is 1 − Σ p.
func rest(p []float64) float64 {
	r := 1.0
	for _, v := range p {
		r -= v
	}
	return r
}
