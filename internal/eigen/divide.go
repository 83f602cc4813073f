package eigen

import (
	"math"

	"github.com/gokfac/gokfac/internal/parallel"
)

const (
	// leaf is the greatest order that is left to the QR method.
	leaf = 32

	// subtrees is how many parts are solved side by side; the merges above them
	// follow one by one and share out their own work.
	subtrees = 4
)

// subtree is one of the parts that divide shares out.
type subtree struct{ w *Workspace }

var forest = parallel.NewPool[subtree]()

// divide decomposes the tridiagonal matrix by divide and conquer (Cuppen 1981):
// d becomes the eigenvalues, order sorts them, and vectors gets the eigenvectors in
// its rows. With mid the first row of the lower half and ρ = |e| beside it,
//
//	T = diag(T₁, T₂) + ρuuᵀ,  u = (0, …, 0, 1, ±1, 0, …, 0),
//
// where T₁ and T₂ have ρ less in the corners that meet.
func (w *Workspace) divide() bool {
	w.failed.Store(false)
	w.tear(0, w.n)
	if w.n < subtrees*leaf {
		return w.conquer(0, w.n)
	}
	forest.Run(subtrees, subtree{w}, (*subtree).piece)
	if w.failed.Load() {
		return false
	}
	mid := middle(0, w.n)
	return w.merge(0, middle(0, mid), mid) && !w.stopped() && w.merge(mid, middle(mid, w.n), w.n) && !w.stopped() && w.merge(0, mid, w.n)
}

// piece solves a quarter.
func (s *subtree) piece(i int) {
	lo, hi := 0, s.w.n
	for bit := subtrees / 2; bit > 0; bit /= 2 {
		if mid := middle(lo, hi); i&bit == 0 {
			hi = mid
		} else {
			lo = mid
		}
	}
	if !s.w.conquer(lo, hi) {
		s.w.failed.Store(true)
	}
}

func middle(lo, hi int) int { return (lo + hi) / 2 }

// tear subtracts what all merges of rows lo to hi will add.
func (w *Workspace) tear(lo, hi int) {
	if hi-lo <= leaf {
		return
	}
	mid := middle(lo, hi)
	rho := math.Abs(w.e[mid-1])
	w.d[mid-1] -= rho
	w.d[mid] -= rho
	w.tear(lo, mid)
	w.tear(mid, hi)
}

// conquer decomposes rows lo to hi.
func (w *Workspace) conquer(lo, hi int) bool {
	if hi-lo > leaf {
		mid := middle(lo, hi)
		return w.conquer(lo, mid) && w.conquer(mid, hi) && !w.stopped() && w.merge(lo, mid, hi)
	}
	if !w.rotateAway(lo, hi) {
		return false
	}
	for i := lo; i < hi; i++ {
		w.order[i] = i
	}
	w.sortByValue(w.order[lo:hi])
	return true
}

// sortByValue sorts a few rows, or rows nearly in order, by their values.
func (w *Workspace) sortByValue(rows []int) {
	for i, r := range rows {
		for ; i > 0 && w.d[rows[i-1]] > w.d[r]; i-- {
			rows[i] = rows[i-1]
		}
		rows[i] = r
	}
}

// mergeByValue sets dst to the rows of a and b, both in order, in order.
func (w *Workspace) mergeByValue(dst, a, b []int) {
	for i := range dst {
		if len(b) == 0 || len(a) > 0 && w.d[a[0]] <= w.d[b[0]] {
			dst[i], a = a[0], a[1:]
		} else {
			dst[i], b = b[0], b[1:]
		}
	}
}
