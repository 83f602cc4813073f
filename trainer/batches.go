package trainer

import (
	"iter"

	"gorgonia.org/tensor"
)

// Batch is a mini-batch of a [Source], valid until the next one.
type Batch struct {
	X, Y *tensor.Dense
	More []*tensor.Dense // further targets, of a [MoreSource]; else nil
}

// Batches gives the mini-batches of src that are left of the epoch, or those of the next
// if none is, for a loop of one's own:
//
//	for batch, err := range trainer.Batches(data) {
//		obj, err := model.Batch(batch.X, batch.Y, batch.More...)
//		…
//	}
//
// An error, of a [FallibleSource], comes by itself and is the last. A loop that is left
// leaves src where it is: another goes on with the next mini-batch.
func Batches(src Source) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		for x, y, ok := first(src); ok; x, y, ok = src.Next() {
			if !yield(Batch{x, y, moreOf(src)}, nil) {
				return
			}
		}
		if err := failure(src); err != nil {
			yield(Batch{}, err)
		}
	}
}
