package job

import (
	"context"
	"errors"
	"fmt"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/memory"
)

// CheckMemory refuses a run that may not have the memory it needs, before the
// runtime or the system has to give up on it.
func (s *Spec) CheckMemory(ctx context.Context, d *datasets.Dataset) error {
	err := memory.Check(ctx, "this run", memoryNeeded(s, d.Features(), s.Maps(d)))
	if tooLarge := (*memory.TooLargeError)(nil); errors.As(err, &tooLarge) {
		cures := ""
		if o := s.optimizer(); o.Cures != nil {
			cures = o.Cures(s)
		}
		return fmt.Errorf("%w: choose smaller %s%s", err, Alternatives(append(s.model().widths(), Word("batch-size"))), cures)
	}
	return err
}

// Memory is what an optimizer takes beside vectors of all parameters.
type Memory struct {
	Vectors  float64 // more of these, too
	Tangents float64 // elements for each output of a layer and example of a mini-batch
	Kept     float64 // elements of the model's type
	Work     float64 // elements of float64
}

// memoryNeeded estimates the bytes that a run takes beside its data: parameters,
// optimizer, activations, inverses in progress and what matrix products pack
// their operands into. TestMemoryNeeded has what runs really took.
func memoryNeeded(s *Spec, inputs int, maps []Map) float64 {
	o := s.optimizer()
	var own Memory
	if o.Memory != nil {
		own = o.Memory(s, maps)
	}
	copies := o.Vectors + own.Vectors + 1 // and the parameters as they were at first (trainer: Result.Unmoved)
	// Inputs: two batches of the loader, and one in the graph.
	part := s.share(s.Batch / max(s.Accumulate, 1))
	batch, both := float64(part), float64(part+evalBatch(inputs, maps))
	elements := 3 * both * float64(inputs)
	if s.Accumulate > 1 { // copies of the other parts' inputs and targets, and one more sum of gradients
		elements += float64(s.Batch) * float64(inputs+maps[len(maps)-1].values())
		copies++
	}
	var packed float64 // of the largest product of a layer
	for _, m := range maps {
		in, out := float64(m.In+1), float64(m.Out)
		elements += in*out*copies + (4*both+own.Tangents*batch)*float64(m.values())
		packed = max(packed, 2*(in+out)*batch)
	}
	need := mustFind(DTypes(), s.DType).size*(elements+min(packed, mostPacked)+own.Kept) + 8*own.Work
	return overhead*need + 16<<20 // and what is there without any model
}

// overhead is of sizes that the runtime rounds, and of garbage.
const overhead = 1.1

// mostPacked is the most elements that products keep for packed operands.
const mostPacked = 1 << 24
