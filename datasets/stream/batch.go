package stream

import "gorgonia.org/tensor"

// rows is memory for a number of examples, scaled.
type rows struct {
	width, outputs int
	values         []float32 // number×width
	labels         []int32   // number; nil unless they are the targets
	targets        []float32 // number×outputs; nil unless they are the targets
}

func newRows(opt Options, number int) rows {
	r := rows{width: tensor.Shape(opt.Shape).TotalSize(), outputs: opt.Outputs}
	r.values = make([]float32, number*r.width)
	switch {
	case opt.Reconstruct:
	case opt.Outputs > 0:
		r.targets = make([]float32, number*r.outputs)
	default:
		r.labels = make([]int32, number)
	}
	return r
}

func (r *rows) example(i int) []float32 { return r.values[i*r.width : (i+1)*r.width] }
func (r *rows) target(i int) []float32  { return r.targets[i*r.outputs : (i+1)*r.outputs] }

// put copies example j of from to place i.
func (r *rows) put(i int, from *rows, j int) {
	copy(r.example(i), from.example(j))
	if r.labels != nil {
		r.labels[i] = from.labels[j]
	}
	if r.targets != nil {
		copy(r.target(i), from.target(j))
	}
}

// batch is a pair of tensors over memory that is used again and again.
type batch struct {
	rows
	x, y  *tensor.Dense
	whole int // examples of all processes
}

func newBatch(opt Options) batch {
	return newRows(opt, opt.Share.rows().Rows(opt.BatchSize)).head(opt, opt.BatchSize)
}

// head is the share of a batch of so many examples, over the memory of r.
func (r rows) head(opt Options, whole int) batch {
	b, size := batch{rows: r, whole: whole}, opt.Share.rows().Rows(whole)
	b.x = tensor.New(tensor.WithShape(append([]int{size}, opt.Shape...)...), tensor.WithBacking(r.values[:size*r.width]))
	switch {
	case r.labels != nil:
		b.y = tensor.New(tensor.WithShape(size), tensor.WithBacking(r.labels[:size]))
	case r.targets != nil:
		b.y = tensor.New(tensor.WithShape(size, r.outputs), tensor.WithBacking(r.targets[:size*r.outputs]))
	default:
		b.y = b.x
	}
	return b
}
