package eigen

import "gonum.org/v1/gonum/blas"

// reflectors is the number of reflectors that are applied at a time.
const reflectors = 64

// reflect turns the eigenvectors of T into eigenvectors of M: Z ← Hₙ₋₁…H₁Z.
//
// A run of reflectors, v₀, v₁, … in the rows of V, is
//
//	…H₁H₀ = I − VᵀL⁻¹V
//
// where L is the lower triangle of VVᵀ with 1/τ for its diagonal (Joffrain et al.
// 2006); for no reflector v and the rest of its row are zero, and any diagonal
// will do. Zᵀ is at hand, so Zᵀ ← Zᵀ − (ZᵀVᵀ)(L⁻ᵀV).
func (w *Workspace) reflect() bool {
	n, ld := w.n, w.stride
	for lo := 0; lo < n; lo += reflectors {
		if w.stopped() {
			return false
		}
		count := min(reflectors, n-lo)
		m := lo + count - 1 // length of the last reflector
		if m == 0 {
			continue
		}
		v := w.m[lo*ld:]
		kernel.Dgemm(blas.NoTrans, blas.Trans, count, count, m, 1, v, ld, v, ld, 0, w.gram, count)
		for k, tau := range w.tau[lo : lo+count] {
			w.gram[k*count+k] = 1
			if tau != 0 {
				w.gram[k*count+k] = 1 / tau
			}
			copy(w.combined[k*ld:k*ld+m], v[k*ld:])
		}
		kernel.Dtrsm(blas.Left, blas.Lower, blas.Trans, blas.NonUnit, count, m, 1, w.gram, count, w.combined, ld)
		kernel.Dgemm(blas.NoTrans, blas.Trans, n, count, m, 1, w.vectors, ld, v, ld, 0, w.projected, count)
		kernel.Dgemm(blas.NoTrans, blas.NoTrans, n, m, count, -1, w.projected, count, w.combined, ld, 1, w.vectors, ld)
	}
	return true
}
