package eigen

import "github.com/gokfac/gokfac/internal/parallel"

// transpose writes row order[j] of vectors into column j of a, n×n.
type transpose struct {
	w *Workspace
	a []float64
}

var transposes = parallel.NewPool[transpose]()

const (
	transposeRows = 64 // rows of a in a piece
	transposeTile = 16 // columns at a time: two cache lines of a row of a
)

func (t *transpose) piece(i int) {
	n, a := t.w.n, t.a
	lo := i * transposeRows
	hi := min(n, lo+transposeRows)
	for j := 0; j < n; j += transposeTile {
		for c, from := range t.w.order[j:min(n, j+transposeTile)] {
			at := lo*n + j + c
			for _, v := range t.w.vectors[from*t.w.stride+lo : from*t.w.stride+hi] {
				a[at] = v
				at += n
			}
		}
	}
}
