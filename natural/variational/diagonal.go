package variational

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// diagonal is a diagonal precision.
type diagonal struct{ d, next []float64 }

var _ precision = (*diagonal)(nil)

func newDiagonal(n int, value float64) *diagonal {
	p := &diagonal{make([]float64, n), make([]float64, n)}
	for i := range p.d {
		p.d[i] = value
	}
	return p
}

func (p *diagonal) size() int { return len(p.d) }

func (p *diagonal) add(curvature, x []float64, h float64) {
	for i, v := range x {
		curvature[i] += h * v * v
	}
}

func (p *diagonal) times(dst, curvature, v []float64) {
	for i, h := range curvature {
		dst[i] = h * v[i]
	}
}

func (p *diagonal) blend(rate, prior float64, curvature []float64) bool {
	for i, d := range p.d {
		p.next[i] = (1-rate)*d + rate*(prior-curvature[i])
	}
	return p.set(p.next)
}

func (p *diagonal) retract(rate, prior float64, curvature []float64) bool {
	for i, d := range p.d {
		p.next[i] = natural.RetractPositive(d, rate*(prior-curvature[i]-d))
	}
	return p.set(p.next)
}

func (p *diagonal) set(packed []float64) bool {
	for _, d := range packed {
		if !(d > 0 && d <= math.MaxFloat64) {
			return false
		}
	}
	copy(p.d, packed)
	return true
}

func (p *diagonal) packed(dst []float64) { copy(dst, p.d) }

func (p *diagonal) variance(x []float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum += v * v / p.d[i]
	}
	return sum
}

func (p *diagonal) multiply(dst, v []float64) {
	for i, d := range p.d {
		dst[i] = d * v[i]
	}
}

func (p *diagonal) solve(v []float64) {
	for i, d := range p.d {
		v[i] /= d
	}
}

func (p *diagonal) colour(v []float64) {
	for i, d := range p.d {
		v[i] /= math.Sqrt(d)
	}
}

func (p *diagonal) logDet() float64 {
	sum := 0.0
	for _, d := range p.d {
		sum += math.Log(d)
	}
	return sum
}

func (p *diagonal) trace() float64 {
	sum := 0.0
	for _, d := range p.d {
		sum += 1 / d
	}
	return sum
}

func (p *diagonal) covariance(dst *mat.SymDense) {
	dst.Zero()
	for i, d := range p.d {
		dst.SetSym(i, i, 1/d)
	}
}

// factor is log σ.
func (p *diagonal) factor(dst []float64) {
	for i, d := range p.d {
		dst[i] = -math.Log(d) / 2
	}
}

func (p *diagonal) setFactor(packed []float64) bool {
	for i, l := range packed {
		p.next[i] = math.Exp(-2 * l)
	}
	return p.set(p.next)
}

// factorGradient is σ²(H − τ) + 1.
func (p *diagonal) factorGradient(dst []float64, prior float64, curvature, packed []float64) {
	for i, l := range packed {
		dst[i] = math.Exp(2*l)*(curvature[i]-prior) + 1
	}
}
