package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/cholesky"
	"github.com/gokfac/gokfac/internal/vector"
)

// singleInverter is scratch memory for inverses in float32.
type singleInverter struct {
	cholesky.Inverter[float32]
	residual cholesky.Residual
}

const (
	// singleOrder is the smallest order that is inverted in float32. Below it the tests
	// cost what float32 saves.
	singleOrder = 128

	// singleResidual is the largest bound r of ‖MX − I‖₂ at which an inverse X in float32
	// of M, a factor with damping, is kept: the noise of a mean over 4,096 examples.
	singleResidual = 1.0 / 64

	// singleGrowth is the largest √n·εκ, of the order n, the unit roundoff ε = 2⁻²⁴ and the
	// condition number κ in the 1-norm, at which X is kept.
	singleGrowth = 1.0 / 8
)

// trySingle is try in float32. It reports false, and leaves the last inverse as it
// is, if T is float64, the order small or the new inverse X not accurate enough.
//
// With E = MX − I and ‖E‖₂ ≤ r < 1, X is M⁻¹(I + E). M½XM½ is symmetric and similar to
// I + E, so that its eigenvalues are within 1 ± r. Hence X is positive definite, and
// for every vector v
//
//	(1−r) vᵀM⁻¹v ≤ vᵀXv ≤ (1+r) vᵀM⁻¹v  and  ‖X − M⁻¹‖₂ ≤ r ‖M⁻¹‖₂.
//
// Two tests hold r down, and both are needed. cholesky.Residual measures r, but is
// wrong with a probability of 0.0001. The other test leaves nothing to chance in M: rounding
// errors in n-term sums make an E of the size of √n·εκ, unless they all point the same
// way (Higham & Mary 2019, "A new approach to probabilistic rounding error analysis").
// But κ is computed from X, so that this test alone would trust an X that is too small.
// Overflow shows in either test. A damping that is lost in the rounding of the
// diagonal shows in the residual, which takes the damping in float64.
//
// An inverse in float64 that is rounded to float32 has an r of εκ by that
// rounding alone. Measured bounds are 2 to 12 εκ here, and a fifth to a twentieth of
// that for rounded inverses.
func trySingle[T graph.Float](d *dampedInverse[T], raise float64, w *workspace) bool {
	inverse, ok := any(d.inverse).([]float32)
	if !ok {
		return false
	}
	mean := any(d.of.mean).([]float32)
	n, damping, c := d.of.n, d.damping*raise, &w.single
	if n < singleOrder {
		return false
	}
	c.Resize(n)
	for i := range n {
		copy(c.L[i*n:i*n+i+1], mean[i*n:])
		c.L[i*n+i] = float32(float64(mean[i*n+i]) + damping)
	}
	norm := norm1(w, c.L, n)
	growth := math.Sqrt(float64(n)) * 0x1p-24 / singleGrowth // times κ: 1 at most
	c.Least = float32(growth * norm)
	if !c.Invert() {
		return false
	}
	condition := norm * norm1(w, c.L, n)
	if !(growth*condition <= 1) || !(c.residual.Bound(n, mean, damping, c.L) <= singleResidual) {
		return false
	}
	d.condition = condition
	copy(inverse, c.L)
	vector.Mirror(inverse, n)
	return true
}

// norm1 returns the 1-norm of a symmetric n×n matrix, given its lower triangle.
func norm1[T graph.Float](w *workspace, l []T, n int) float64 {
	w.sums = resize(w.sums, n)
	clear(w.sums)
	var most float64
	for i := range n {
		row, sums, own := l[i*n:i*n+i], w.sums[:i], 0.0
		for j, v := range row {
			a := math.Abs(float64(v))
			own += a
			sums[j] += a
		}
		w.sums[i] += own + math.Abs(float64(l[i*n+i]))
	}
	for _, v := range w.sums {
		most = max(most, v)
	}
	return most
}
