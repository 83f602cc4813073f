package graph

import (
	"encoding/binary"
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Node is a node of the expression graph.
type Node = gorgonia.Node

// Op says what one kernel computes and how it is differentiated.
type Op struct {
	Name  string
	Shape tensor.Shape // of the output; inputs are checked by whoever builds the op

	// F32 and F64 compute the output from the inputs, all row-major. They
	// must write every element of out: it holds the last run's values.
	F32 func(out []float32, in [][]float32)
	F64 func(out []float64, in [][]float64)

	// Diff returns the gradient with respect to each input, nil where
	// d.Need is false or no gradient flows. An op without it is an error to
	// differentiate through, unless it is Const: a constant as far as
	// derivatives go (a sample, a mask).
	Diff  func(d *Diff) ([]*Node, error)
	Const bool

	// Tangent returns the tangent of the output, nil for zero. It is never
	// asked of a Const op. An op without it has one made from Diff, if the
	// kernels of its gradient have a Diff themselves.
	Tangent func(t *Tangent) (*Node, error)

	border bool // made by Snapshot: a buffer that stock ops may read
	view   bool // the output is the input's memory in another shape
}

// Diff is the question a reverse walk puts to an op: given Grad, the gradient
// with respect to Out, what are the gradients with respect to In?
type Diff struct {
	*Builder
	In        []*Node
	Out, Grad *Node
	Need      []bool // which of In the walk has a use for
}

// Kernel is the op of every node that a Builder applies. It implements
// gorgonia.Op.
type Kernel struct {
	op    Op
	id    uint64
	dtype tensor.Dtype
	types []hm.Type // inputs, then output
	runs  *runs
	epoch uint64 // of runs, when out was computed; 0 if it has to be again
	lent  bool   // out is a Param.Grad, which others write to

	out  *tensor.Dense // owned; allocated at the first run, so that pruned kernels cost nothing
	in32 [][]float32   // the inputs' elements during a run
	in64 [][]float64
}

var _ gorgonia.Op = (*Kernel)(nil)

// Do computes the output into the kernel's own buffer. A panic in the op is
// returned as an error, since gorgonia runs Do on a goroutine where a panic
// would end the process. A *DataError is returned as it is.
func (k *Kernel) Do(in ...gorgonia.Value) (out gorgonia.Value, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *DataError:
			err = r
		default:
			err = fmt.Errorf("graph: op %s: %v", k.op.Name, r)
		}
	}()
	if k.runs.resume && k.epoch == k.runs.epoch && !k.op.border && !k.lent {
		return k.out, nil
	}
	if k.op.view && !k.lent {
		k.look(in[0].(*tensor.Dense))
		k.epoch = k.runs.epoch
		return k.out, nil
	}
	if k.out == nil {
		k.out = NewDense(k.dtype, k.op.Shape...)
	}
	if k.dtype == Float32 {
		for i, v := range in {
			k.in32[i] = v.(*tensor.Dense).Float32s()
		}
		k.op.F32(k.out.Float32s(), k.in32)
	} else {
		for i, v := range in {
			k.in64[i] = v.(*tensor.Dense).Float64s()
		}
		k.op.F64(k.out.Float64s(), k.in64)
	}
	k.epoch = k.runs.epoch
	return k.out, nil
}

// look makes the output share the memory of t.
func (k *Kernel) look(t *tensor.Dense) {
	if k.out != nil && k.out.Uintptr() == t.Uintptr() {
		return
	}
	var backing any
	if k.dtype == Float32 {
		backing = t.Float32s()
	} else {
		backing = t.Float64s()
	}
	k.out = tensor.New(tensor.WithShape(k.op.Shape...), tensor.WithBacking(backing))
}

// Arity, Type and InferShape describe the op to gorgonia's type system.
func (k *Kernel) Arity() int { return len(k.types) - 1 }

// Type is the function type from the inputs to the output.
func (k *Kernel) Type() hm.Type {
	if len(k.types) == 1 {
		return k.types[0]
	}
	return hm.NewFnType(k.types...)
}

// InferShape returns the shape the op was made with.
func (k *Kernel) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return k.op.Shape.Clone(), nil
}

// ReturnsPtr is false: with CallsExtern and OverwritesInput it makes the tape
// machine call plain Do and never reuse a register for the output.
func (k *Kernel) ReturnsPtr() bool { return false }

// CallsExtern is false; see ReturnsPtr.
func (k *Kernel) CallsExtern() bool { return false }

// OverwritesInput is -1: never; see ReturnsPtr.
func (k *Kernel) OverwritesInput() int { return -1 }

// WriteHash writes an identity no other kernel of the graph has: gorgonia
// merges nodes of equal hash.
func (k *Kernel) WriteHash(h hash.Hash) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], k.id)
	h.Write([]byte(k.op.Name))
	h.Write(b[:])
}

// Hashcode is the 32-bit hash of WriteHash.
func (k *Kernel) Hashcode() uint32 {
	h := fnv.New32a()
	k.WriteHash(h)
	return h.Sum32()
}

func (k *Kernel) String() string { return k.op.Name }

// kernelOf returns n's kernel, or nil for inputs and stock ops.
func kernelOf(n *Node) *Kernel {
	k, _ := n.Op().(*Kernel)
	return k
}

// Value returns the memory that holds n's value: the kernel's buffer, or the
// tensor bound to an input. It is nil before the first run of a program that
// computes n, and for stock ops, whose registers do not outlive a run.
func Value(n *Node) *tensor.Dense {
	if k := kernelOf(n); k != nil {
		return k.out
	}
	if n.IsVar() {
		v, _ := n.Value().(*tensor.Dense)
		return v
	}
	return nil
}

// IsInput reports whether n is an input or a parameter: nothing computes it.
func IsInput(n *Node) bool { return n.IsVar() }
