package subspace

import (
	"math"

	gonum "gonum.org/v1/gonum/blas"

	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/cholesky"
	"github.com/gokfac/gokfac/internal/eigen"
	"github.com/gokfac/gokfac/internal/vector"
)

// Workspace is the scratch memory of one Renew after another. Its zero value is ready to
// use. It grows to the largest basis it has met, and is not safe for concurrent use.
type Workspace[T Float] struct {
	// Done, when it is closed, ends a decomposition as if it had failed. Nil: nothing does.
	Done <-chan struct{}

	product            []T       // MU, n×r
	rows               []T       // YU of RenewRows, of a row for each of Y
	y, u               []float64 // n×r
	gram, turn, values []float64 // r×r, r×r and r
	eigen              eigen.Workspace
}

func (w *Workspace[T]) resize(n, r int) {
	w.product = grow(w.product, n*r)
	w.y, w.u = grow(w.y, n*r), grow(w.u, n*r)
	w.gram, w.turn, w.values = grow(w.gram, r*r), grow(w.turn, r*r), grow(w.values, r)
	w.eigen.Done = w.Done
}

// Stopped reports whether Done is closed.
func (w *Workspace[T]) Stopped() bool {
	select {
	case <-w.Done:
		return true
	default:
		return false
	}
}

func grow[E any](x []E, n int) []E {
	if cap(x) < n {
		return make([]E, n)
	}
	return x[:n]
}

var kernel blas.Implementation

// nystrom replaces y = MU by C = (Y + νU)L⁻ᵀ with LLᵀ = Uᵀ(Y + νU), and sets gram and values
// to the eigenvectors and eigenvalues of CᵀC, in ascending order. CCᵀ is Nyström's
// approximation of M + νI. unit·ν is the first attempt at a shift, in units of the longest
// column of Y; it grows until there is an L.
func (w *Workspace[T]) nystrom(n, r int, unit float64) (nu float64, ok bool) {
	longest, ok := w.longest(r)
	if !ok {
		return 0, false
	}
	added := 0.0
	for range shifts {
		nu = max(unit*longest, leastShift)
		vector.AddScaled(w.y, nu-added, w.u)
		added = nu
		blas.Gemm(true, false, r, r, n, 1, w.u, r, w.y, r, 0, w.gram, r)
		if ok = cholesky.Factor(r, w.gram); ok {
			break
		}
		unit *= 16
	}
	if !ok {
		return 0, false
	}
	kernel.Dtrsm(gonum.Right, gonum.Lower, gonum.Trans, gonum.NonUnit, n, r, 1, w.gram, r, w.y, r)
	kernel.Dsyrk(gonum.Lower, gonum.Trans, r, n, 1, w.y, r, 0, w.gram, r)
	return nu, w.eigen.Decompose(r, w.gram, w.values)
}

const (
	shifts     = 6      // most attempts at a shift
	leastShift = 1e-290 // for a matrix of zeros
)

// longest returns the length of the longest column of y, and false if y is not finite. It
// takes the greatest element apart, so that no square overflows.
func (w *Workspace[T]) longest(r int) (float64, bool) {
	most := 0.0
	for _, v := range w.y {
		v = math.Abs(v)
		if !(v <= math.MaxFloat64) {
			return 0, false
		}
		most = max(most, v)
	}
	if most == 0 {
		return 0, true
	}
	clear(w.values)
	for i := 0; i < len(w.y); i += r {
		for j, v := range w.y[i : i+r] {
			v /= most
			w.values[j] += v * v
		}
	}
	var square float64
	for _, v := range w.values {
		square = max(square, v)
	}
	return most * math.Sqrt(square), true
}
