package eigen

import (
	"math"

	"github.com/gokfac/gokfac/internal/parallel"
)

const (
	// leaf is the greatest order that the QR method solves.
	leaf = 32

	// subtrees is the number of parts that are solved side by side. The merges above them follow one after the other and
	// share their own work among workers.
	subtrees = 4
)

// subtree is a part that divide hands to a worker.
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

// piece solves one subtree.
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

// tear subtracts from the diagonal the terms that all merges of rows lo to hi will add.
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

// sortByValue sorts rows by their values, by insertion: it is for few rows, or for rows that are nearly in order.
func (w *Workspace) sortByValue(rows []int) {
	for i, r := range rows {
		for ; i > 0 && w.d[rows[i-1]] > w.d[r]; i-- {
			rows[i] = rows[i-1]
		}
		rows[i] = r
	}
}

// mergeByValue merges the sorted rows of a and b into dst.
func (w *Workspace) mergeByValue(dst, a, b []int) {
	for i := range dst {
		if len(b) == 0 || len(a) > 0 && w.d[a[0]] <= w.d[b[0]] {
			dst[i], a = a[0], a[1:]
		} else {
			dst[i], b = b[0], b[1:]
		}
	}
}
