package cholesky

import (
	"math"
	"math/rand/v2"

	kernels "github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// Residual bounds the error of inverses that were computed in float32. It is the
// workspace of one bound after another, and not safe for concurrent use.
type Residual struct {
	probes []float64 // z₁…z₄ as rows, of the greatest order so far
	stride int       // their length
	x      []float64 // Xz₁…Xz₄
	e      []float64 // MXz₁…MXz₄
	rows   []float64 // rows of a matrix in float64
}

// probes is the number of random vectors.
const probes = 4

// certainty is α in the bound, which fails with probability α⁻⁴.
const certainty = 10

// Bound returns an upper bound of ‖MX − I‖₂ for the n×n symmetric matrices
// M = m + shift·I and X = x, given by their lower triangles. It is infinite or NaN
// if an element of either is.
//
// The bound is α√(2/π) max ‖(MX − I)zᵢ‖₂ over four vectors z of independent standard
// normal numbers, with α = 10. It is too low with probability α⁻⁴ = 0.0001 at most
// (Halko, Martinsson & Tropp 2011, "Finding structure with randomness", Lemma 4.1).
// The vectors come from a fixed seed. Signs would not do: two equal signs hide an
// error that concerns the difference of two equal inputs.
//
// All sums are in float64, so that their own rounding is 10⁻⁸ of what float32's is.
// The cost is 8n² multiplications.
func (r *Residual) Bound(n int, m []float32, shift float64, x []float32) float64 {
	r.resize(n)
	r.multiply(n, x, r.probes, r.stride, r.x)
	r.multiply(n, m, r.x, n, r.e)
	var most float64
	for k := range probes {
		var sum float64
		z := r.probes[k*r.stride:]
		for i, v := range r.e[k*n : (k+1)*n] {
			v += shift*r.x[k*n+i] - z[i]
			sum += v * v
		}
		if !(sum <= most) { // NaN, too
			most = sum
		}
	}
	return certainty * math.Sqrt(2/math.Pi) * math.Sqrt(most)
}

// residualRows is the number of rows that are widened at a time: 200 KiB at order 785.
const residualRows = 32

// resize makes room for order n.
func (r *Residual) resize(n int) {
	if r.stride < n {
		r.stride = n
		r.probes = make([]float64, probes*n)
		for k := range probes {
			normal := rand.New(rand.NewPCG(uint64(k), 0x6b666163))
			for i := range n {
				r.probes[k*n+i] = normal.NormFloat64()
			}
		}
		r.x, r.e = make([]float64, probes*n), make([]float64, probes*n)
		r.rows = make([]float64, residualRows*n)
	}
}

// multiply sets dst (4×n) to the products of the rows of z with the symmetric matrix m,
// given by its lower triangle. A block of rows takes part twice: as rows, and as
// columns left of the diagonal.
func (r *Residual) multiply(n int, m []float32, z []float64, stride int, dst []float64) {
	clear(dst[:probes*n])
	for lo := 0; lo < n; lo += residualRows {
		hi := min(lo+residualRows, n)
		block := r.rows[:(hi-lo)*hi]
		for i := lo; i < hi; i++ {
			vector.Widen(block[(i-lo)*hi:][:i+1], m[i*n:i*n+i+1])
		}
		for i := lo; i < hi; i++ { // the diagonal block, whole
			for j := lo; j < i; j++ {
				block[(j-lo)*hi+i] = block[(i-lo)*hi+j]
			}
		}
		kernels.Gemm(false, false, probes, hi, hi-lo, 1, z[lo:], stride, block, hi, 1, dst, n)
		if lo > 0 {
			kernels.Gemm(false, true, probes, hi-lo, lo, 1, z, stride, block, hi, 1, dst[lo:], n)
		}
	}
}
