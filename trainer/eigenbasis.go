package trainer

import (
	"math"

	"gonum.org/v1/gonum/blas"

	"github.com/gokfac/gokfac/graph"
	kernels "github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/eigen"
	"github.com/gokfac/gokfac/internal/orthogonal"
	"github.com/gokfac/gokfac/internal/vector"
)

// decomposer finds roots and bases of averages, in float64, one after the other.
type decomposer struct {
	eigen      eigen.Workspace
	orthogonal orthogonal.Workspace
	matrix     buffer[float64] // n×n each
	result     buffer[float64]
	basis      buffer[float64]
	values     buffer[float64] // n
	order      []int           // n
}

// load is an average as a whole symmetric matrix, divided by the mean of its
// diagonal, so that nothing under- or overflows. It reports false for a matrix of
// zeros.
func load[T graph.Float](d *decomposer, n int, average []T) (a []float64, ok bool) {
	a = d.matrix.of(n * n)
	vector.ToFloat64(a, average)
	mean := 0.0
	for i := range n {
		mean += a[i*n+i] / float64(n) // the sum may overflow
	}
	if mean == 0 {
		return a, false
	}
	vector.Mirror(a, n)
	vector.Scale(a, 1/mean)
	return a, true
}

// inverseRoot sets root to M^(−exponent), up to a positive factor, for an average M
// whose eigenvalues are raised by epsilon times the largest of them; to the identity
// if M is zero. It reports false if no eigenvalues are found, which no finite matrix
// is known to cause.
func inverseRoot[T graph.Float](d *decomposer, n int, average []T, exponent, epsilon float64, root []T) bool {
	a, ok := load(d, n, average)
	if !ok {
		identity(n, root)
		return true
	}
	values := d.values.of(n)
	if !d.eigen.Decompose(n, a, values) {
		return false
	}
	top := values[n-1]
	for j, v := range values { // rounding leaves some below zero
		values[j] = math.Pow(max(v/top, 0)+epsilon, -exponent/2)
	}
	for i := range n {
		for j, v := range values {
			a[i*n+j] *= v
		}
	}
	result := d.result.of(n * n)
	kernels.Gram(n, n, 1, a, n, 0, result, n)
	vector.Mirror(result, n)
	vector.FromFloat64(root, result)
	return true
}

// firstBasis puts the eigenvectors of an average into the rows of basis, those of the
// largest eigenvalues first. It reports false as inverseRoot does.
func firstBasis[T graph.Float](d *decomposer, n int, average, basis []T) bool {
	a, ok := load(d, n, average)
	if !ok {
		identity(n, basis)
		return true
	}
	if !d.eigen.Decompose(n, a, d.values.of(n)) {
		return false
	}
	for i := range n {
		for j := range n {
			basis[i*n+j] = T(a[j*n+n-1-i])
		}
	}
	return true
}

// nextBasis takes a step of orthogonal iteration for an average P: the rows of
// basis become the orthonormalised rows of basis·P, in the order of their Rayleigh
// quotients, the largest first, in which the iteration converges. order has where
// each new row was before; nil if P is zero, and nothing has changed.
func nextBasis[T graph.Float](d *decomposer, n int, average, basis []T) (order []int) {
	p, ok := load(d, n, average)
	if !ok {
		return nil
	}
	b, s := d.basis.of(n*n), d.result.of(n*n)
	vector.ToFloat64(b, basis)
	var k kernels.Implementation
	k.Dgemm(blas.NoTrans, blas.NoTrans, n, n, n, 1, b, n, p, n, 0, s, n)
	quotients := d.values.of(n)
	if len(d.order) < n {
		d.order = make([]int, n)
	}
	order = d.order[:n]
	for i := range n {
		quotients[i] = vector.Dot(s[i*n:(i+1)*n], b[i*n:(i+1)*n])
		at := i // an insertion: they were in order at the last step
		for at > 0 && quotients[order[at-1]] < quotients[i] {
			order[at] = order[at-1]
			at--
		}
		order[at] = i
	}
	for i, from := range order {
		copy(b[i*n:(i+1)*n], s[from*n:(from+1)*n])
	}
	d.orthogonal.Rows(n, b)
	vector.FromFloat64(basis, b)
	return order
}

func identity[T graph.Float](n int, a []T) {
	clear(a[:n*n])
	for i := range n {
		a[i*n+i] = 1
	}
}
