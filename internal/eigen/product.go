package eigen

import (
	"math"

	"gonum.org/v1/gonum/blas"

	"github.com/gokfac/gokfac/internal/parallel"
	"github.com/gokfac/gokfac/internal/vector"
)

// product is the product of the leading m×m block of m with x. It reads whole squares on the diagonal, and elsewhere the
// lower triangle only, a strip of rows at a time. A strip is read twice: from memory for its product with x, and from
// the cache for the product of its transpose. Reading memory takes most of the time.
//
// The strips are shared out in pieces of about equal area, each with a sum of its own. The number of pieces depends on m
// alone, so the result does too.
type product struct {
	w      *Workspace
	m      int
	pieces int
	x      []float64
}

var products = parallel.NewPool[product]()

const (
	productStrip  = 32      // rows
	productPieces = 2       // at most
	productShare  = 1 << 15 // least number of elements of a piece
)

// product sets y to the product of the leading m×m block of m with x.
func (w *Workspace) product(m int, x, y []float64) {
	p := product{w, m, max(1, min(productPieces, m*m/2/productShare)), x}
	if p.pieces == 1 {
		p.piece(0)
	} else {
		products.Run(p.pieces, p, (*product).piece)
	}
	last := p.pieces - 1
	copy(y, w.partial[last*w.stride:last*w.stride+m])
	for i := last - 1; i >= 0; i-- {
		end := p.start(i + 1)
		vector.Add(y[:end], w.partial[i*w.stride:i*w.stride+end])
	}
}

// start is the first row of piece i.
func (p *product) start(i int) int {
	if i == p.pieces {
		return p.m
	}
	return int(float64(p.m)*math.Sqrt(float64(i)/float64(p.pieces))) / productStrip * productStrip
}

func (p *product) piece(i int) {
	ld, first, end := p.w.stride, p.start(i), p.start(i+1)
	y := p.w.partial[i*ld : i*ld+end]
	clear(y)
	for lo := first; lo < end; lo += productStrip {
		hi := min(end, lo+productStrip)
		rows := p.w.m[lo*ld:]
		kernel.Dgemm(blas.NoTrans, blas.NoTrans, hi-lo, 1, hi, 1, rows, ld, p.x, 1, 1, y[lo:], 1)
		kernel.Dgemm(blas.NoTrans, blas.NoTrans, 1, lo, hi-lo, 1, p.x[lo:], hi-lo, rows, ld, 1, y, max(1, lo))
	}
}
