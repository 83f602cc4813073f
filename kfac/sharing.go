package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// Sharing is the form of the factors of a layer that is used at several locations of each
// example: a convolution, or weights that are shared over time or over the positions of a
// sequence (Eschenhagen et al. 2023, arXiv 2311.00636). A layer with one location has the
// same factors in both. The gradient of example n is Σ_t ā_ntᵀg_nt.
type Sharing string

const (
	// Expand takes the locations for independent: A = (1/N) Σ_n Σ_t ā_ntᵀā_nt and
	// G = (1/NT) Σ_n Σ_t g_ntᵀg_nt (KFC, Grosse & Martens 2016). It is exact for a deep
	// linear network with squared error that has an output at each location.
	Expand Sharing = "expand"
	// Reduce takes the mean input and the sum of the gradients for the example's own:
	// A = (1/N) Σ_n (mean_t ā_nt)ᵀ(mean_t ā_nt) and G = (1/N) Σ_n (Σ_t g_nt)ᵀ(Σ_t g_nt). It
	// is exact for a deep linear network with squared error whose output is a mean or a sum
	// over the locations. Its products are of N rows, where those of Expand are of NT. Of a
	// table (graph.Embedding) the block has the diagonal of A.
	Reduce Sharing = "reduce"
)

// Sharings lists the settings of weight sharing, the default first.
func Sharings() []Sharing { return []Sharing{Expand, Reduce} }

// Validate returns an error if s is neither a setting nor empty, which stands for Expand.
func (s Sharing) Validate() error {
	if s == "" {
		return nil
	}
	return known("weight sharing", s, Sharings())
}

// reduction makes one row of an example's locations. It is scratch memory.
type reduction[T graph.Float] struct{ rows []T }

// sums returns the sums over the locations of each example, times scale.
func (r *reduction[T]) sums(x tapRows[T], locations int, scale T) tapRows[T] {
	n := x.n / locations
	r.rows = resize(r.rows, n*x.cols)
	for e := range n {
		sum, own := r.rows[e*x.cols:][:x.cols], x.from(e*locations)
		if x.together() {
			vector.ColumnSums(sum, own.data[:locations*x.cols])
			continue
		}
		clear(sum)
		own.n = locations
		own.addTo(sum)
	}
	if scale != 1 {
		vector.Scale(r.rows, scale)
	}
	return rowsOf(r.rows, n, x.cols)
}
