package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/cpus"
	"github.com/gokfac/gokfac/internal/parallel"
)

// tiling is how a convolution is cut into pieces of work. Nothing of it depends on the
// number of workers, so that sums have one order.
type tiling struct {
	// rows is the number of windows of a tile: its matrix stays in a worker's L2 cache.
	rows int
	// sums and strips are the pieces of the weight's gradient: sums ranges of windows, each
	// added up in a matrix of its own, by strips ranges of filters.
	sums, strips int
}

const (
	// tileElements is the size of a tile's matrix of windows, if that is leastRows at least.
	tileElements = 48 << 10
	leastRows    = 48

	// mostSums bounds the sums of the weight's gradient, sumElements their memory.
	mostSums    = 16
	sumElements = 1 << 21
	// sumRows is the least number of windows of a sum.
	sumRows = 192
	// stripFilters is the least number of filters of a strip.
	stripFilters = 64
)

func newTiling(w *windows, filters int) tiling {
	rows := min(max(tileElements/w.features(), leastRows), max(w.rows()/8, leastRows), w.rows())
	weights := w.features() * filters / w.groups
	t := tiling{rows: rows}
	t.sums = max(1, min(mostSums, w.rows()/sumRows, sumElements/weights))
	t.strips = 1
	if w.groups == 1 {
		t.strips = max(1, min(mostSums/t.sums, filters/stripFilters))
	}
	return t
}

// convolutionPass is one pass of a convolution over a batch. Unused operands are nil.
type convolutionPass[T graph.Float] struct {
	*convolution
	x, weight, bias, s []T
	sums               []T            // of the weight's gradient, from the second on
	parts              int            // the number of sums
	correlator         *correlator[T] // nil: tile by tile
	spares             parallel.Spares[[]T]
}

// scratch returns a spare of at least n elements.
func (p *convolutionPass[T]) scratch(n int) *[]T {
	buf := p.spares.Get()
	if len(*buf) < n {
		*buf = make([]T, n)
	}
	return buf
}

func newScratch[T graph.Float]() parallel.Spares[[]T] {
	return parallel.NewSpares(cpus.Workers(), func() *[]T { return new([]T) })
}

// pieces returns how many parts n things are, with each in a part but the last.
func pieces(n, each int) int { return (n + each - 1) / each }
