package datasets

import (
	"iter"

	"gorgonia.org/tensor"
)

// Batches gives the batches that are left of the epoch, or those of the next if none is, as Next does:
//
//	for x, y := range loader.Batches() {
//		// one step; x and y are overwritten by the next one
//	}
//
// A loop that is left leaves the loader where it is: another goes on with the next batch.
func (l *Loader) Batches() iter.Seq2[*tensor.Dense, *tensor.Dense] {
	return func(yield func(x, y *tensor.Dense) bool) {
		x, y, ok := l.Next()
		if !ok { // an epoch was over
			x, y, ok = l.Next()
		}
		for ; ok && yield(x, y); x, y, ok = l.Next() {
		}
	}
}
