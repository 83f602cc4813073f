package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/gokfac/gokfac/internal/memory"
	"github.com/gokfac/gokfac/kfac"
)

// checkMemory refuses a model that may not have the memory it needs, before the
// runtime or the system has to give up on it.
func checkMemory(ctx context.Context, s *settings, widths []int) error {
	err := memory.Check(ctx, "this run", memoryNeeded(s, widths))
	if tooLarge := (*memory.TooLargeError)(nil); errors.As(err, &tooLarge) {
		return fmt.Errorf("%w: choose smaller -hidden or -batch-size%s", err, otherCures(s))
	}
	return err
}

// otherCures names what takes less memory than K-FAC as it is set.
func otherCures(s *settings) string {
	switch {
	case s.opt != "kfac":
		return ""
	case s.kfac.Structure == kfac.Full:
		return ", or another -kfac-structure: full keeps the square of the number of parameters"
	case s.kfac.Structure == kfac.Diagonal:
		return ", or another -opt"
	}
	return ", -kfac-structure diagonal, or another -opt: K-FAC keeps the square of each layer's width"
}

// memoryNeeded estimates the bytes that a run takes beside its data: parameters,
// optimizer, activations, inverses in progress and what matrix products pack
// their operands into. TestMemoryNeeded has what runs really took.
func memoryNeeded(s *settings, widths []int) float64 {
	element := 4.0
	if s.dtype == "float64" {
		element = 8
	}
	// Vectors of all parameters: value, gradient and state, which is momentum,
	// the moments, or the proposal and the last update.
	copies := map[string]float64{"sgd": 3, "adam": 4, "kfac": 4}[s.opt]
	var tangents float64 // of a layer's outputs: before and after the activation
	if s.opt == "kfac" {
		tangents = 2 * s.kfac.ProductFraction
		if s.kfac.Mode == kfac.Adaptive { // products of two directions
			tangents *= 2
		}
		if s.kfac.Polyak > 0 {
			copies++
		}
	}
	// Inputs: two batches of the loader, and one in the graph.
	batch, both := float64(s.batch), float64(s.batch+evalBatch)
	elements := 3 * both * float64(widths[0])
	var packed float64 // of the largest product of a layer
	for i, out := range widths[1:] {
		in, out := float64(widths[i]+1), float64(out)
		elements += in*out*copies + (4*both+tangents*batch)*out
		packed = max(packed, 2*(in+out)*batch)
	}
	need := element * (elements + min(packed, mostPacked))
	if s.opt == "kfac" {
		kept, work := curvatureNeeded(s, widths)
		need += element*kept + 8*work
	}
	return overhead*need + 16<<20 // and what is there without any model
}

// overhead is of sizes that the runtime rounds, and of garbage.
const overhead = 1.1

// mostPacked is the most elements that products keep for packed operands.
const mostPacked = 1 << 24

// curvatureNeeded counts the elements that a structure keeps, and those of the
// float64 matrices that it decomposes its factors in, side by side on the
// processors.
func curvatureNeeded(s *settings, widths []int) (kept, work float64) {
	var params, squares, neighbours, largest, inputs float64
	for i, out := range widths[1:] {
		in, out := float64(widths[i]+1), float64(out)
		params += in * out
		squares += in*in + out*out
		largest = max(largest, in*in, out*out)
		inputs += float64(s.batch) * in // with the row of ones
		if i > 0 {
			neighbours += float64(widths[i-1]+1)*in + float64(widths[i])*out
		}
	}
	several := float64(min(max(s.workers, 1), 2*(len(widths)-1))) // two factors a layer
	packed := min(2*largest, mostPacked)
	switch s.kfac.Structure {
	case kfac.Full: // mini-batch, average, and two inverses
		return 4*params*params + float64(s.batch)*params, 2*params*params + min(2*params*params, mostPacked)
	case kfac.Diagonal: // likewise
		return 4*params + inputs, 0
	case kfac.EKFAC: // factors of mini-batch and average, and a basis; the diagonal likewise, and two products
		return 3*squares + 4*params + 2*inputs, 6*largest*several + packed
	case kfac.BlockTridiagonal: // factors and couplings of both, and two inverses of the chain
		return 4*squares + 4*neighbours + 2*params + inputs, 12*largest*several + packed
	}
	return 4*squares + params + inputs, 2*largest*several + packed
}
