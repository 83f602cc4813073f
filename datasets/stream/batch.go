package stream

import "gorgonia.org/tensor"

// batch is a pair of tensors over memory that is used again and again.
type batch struct {
	x, y    *tensor.Dense
	values  []float32 // size×width
	labels  []int32   // size; nil unless they are the targets
	targets []float32 // size×outputs; nil unless they are the targets
}

func newBatch(opt Options) batch {
	b := batch{values: make([]float32, opt.BatchSize*width(opt.Shape))}
	switch {
	case opt.Reconstruct:
	case opt.Outputs > 0:
		b.targets = make([]float32, opt.BatchSize*opt.Outputs)
	default:
		b.labels = make([]int32, opt.BatchSize)
	}
	return b.head(opt, opt.BatchSize)
}

// head is a batch of the first size examples, over the memory of b.
func (b batch) head(opt Options, size int) batch {
	h := batch{values: b.values[:size*width(opt.Shape)]}
	h.x = tensor.New(tensor.WithShape(append([]int{size}, opt.Shape...)...), tensor.WithBacking(h.values))
	switch {
	case b.labels != nil:
		h.labels = b.labels[:size]
		h.y = tensor.New(tensor.WithShape(size), tensor.WithBacking(h.labels))
	case b.targets != nil:
		h.targets = b.targets[:size*opt.Outputs]
		h.y = tensor.New(tensor.WithShape(size, opt.Outputs), tensor.WithBacking(h.targets))
	default:
		h.y = h.x
	}
	return h
}

// width is the number of values of an example of a shape.
func width(shape []int) int { return tensor.Shape(shape).TotalSize() }
