package graph

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Streams are the random generators of a model. They are separate so that,
// for one seed, every optimizer sees the same initial weights and the same
// dropout masks, whether or not it samples targets.
type Streams struct {
	Init    *rand.Rand // initial weights
	Dropout *rand.Rand // masks
	Sample  *rand.Rand // targets drawn from the predictive distribution
	Places  *Places    // of the examples, for draws that depend on the example alone; nil: none
}

// Config fixes what a graph is built for.
type Config struct {
	DType   tensor.Dtype
	Batch   int  // N, fixed for the graph's life
	Train   bool // training mode: dropout drops
	Streams Streams
	Limits  *Limits // of what building may ask for; nil: none
}

// LayerInfo is one row of a model summary.
type LayerInfo struct {
	Name          string
	Input, Output tensor.Shape // batch axis included
	Params        []*Param     // but for those of the layers within it, which have rows of their own
	// Depth is how many layers with rows it lies within. The rows of the layers within a
	// layer follow its own.
	Depth int
}

// Builder collects the graph of a model for one batch size and one mode.
type Builder struct {
	Config
	Layers []LayerInfo // rows of the summary, in order of building
	Taps   []*Tap      // in order of building

	g       *gorgonia.ExprGraph
	params  map[*Param]*Node
	buffers map[*Buffer]*Node
	updates []update
	isParam map[*Node]bool
	viewed  map[*Node]bool // whose memory other nodes share, see Reshape
	runs    *runs
	reach   map[*Node]*dependents // see forget
	hashes  map[uint32]bool
	names   map[string]int
	nextID  uint64
	once    map[any]*Node
	draw    uint64            // see NewDraw
	drawOps [drawKinds]uint64 // see DrawsOf

	reserved int // see Reserve
}

// NewBuilder returns a builder of an empty graph.
func NewBuilder(cfg Config) (*Builder, error) {
	if err := CheckDType(cfg.DType); err != nil {
		return nil, err
	}
	if cfg.Batch <= 0 {
		return nil, fmt.Errorf("graph: batch size %d: want a positive number", cfg.Batch)
	}
	return &Builder{
		Config:  cfg,
		g:       gorgonia.NewGraph(),
		params:  map[*Param]*Node{},
		buffers: map[*Buffer]*Node{},
		isParam: map[*Node]bool{},
		viewed:  map[*Node]bool{},
		runs:    &runs{epoch: 1},
		reach:   map[*Node]*dependents{},
		hashes:  map[uint32]bool{},
		names:   map[string]int{},
		once:    map[any]*Node{},
	}, nil
}

// UniqueName returns prefix1, prefix2, … on successive calls.
func (b *Builder) UniqueName(prefix string) string {
	b.names[prefix]++
	return prefix + strconv.Itoa(b.names[prefix])
}

// Input adds an input node and the memory a caller fills before a run.
func (b *Builder) Input(name string, shape ...int) (*Node, *tensor.Dense) {
	v := NewDense(b.DType, shape...)
	return b.input(name, v), v
}

// Param adds p to the graph, once: further calls return the same node.
func (b *Builder) Param(p *Param) *Node {
	if n, ok := b.params[p]; ok {
		return n
	}
	n := b.input(p.Name, p.Value)
	b.params[p], b.isParam[n] = n, true
	return n
}

// input makes names unique: gorgonia merges inputs of equal name and shape.
func (b *Builder) input(name string, v *tensor.Dense) *Node {
	n := gorgonia.NodeFromAny(b.g, v, gorgonia.WithName(b.UniqueName(name+"#")))
	b.hashes[n.Hashcode()] = true
	return n
}

// Tap declares the affine map s = aW + b with a N·T×in and s N·T×out, T ≥ 1
// rows for each example. bias may be nil. It returns the tap, so that a layer
// that is no affine map can set its Kind.
func (b *Builder) Tap(name string, a, s *Node, weight, bias *Param) *Tap {
	t := &Tap{Name: name, Weight: weight, Bias: bias, Examples: b.Batch, a: a, s: s, b: b}
	b.Taps = append(b.Taps, t)
	return t
}

// Once returns the node that build made when it was first called with key,
// so that a value several users need is computed once. Keys should be of the
// caller's own type.
func (b *Builder) Once(key any, build func() (*Node, error)) (*Node, error) {
	if n, ok := b.once[key]; ok {
		return n, nil
	}
	n, err := build()
	if err == nil {
		b.once[key] = n
	}
	return n, err
}

// NewDraw makes masks drawn once per mini-batch be drawn anew at the next run.
func (b *Builder) NewDraw() { b.draw++ }

// Draw counts the calls of NewDraw: the mini-batches so far. An op that draws a mask
// keeps it while the count stands still, so that every program that is run on one
// mini-batch sees the same mask. It is for layers with masks.
func (b *Builder) Draw() uint64 { return b.draw }

// Apply adds the node op(in...). Errors are the op author's: a graph whose
// nodes come from another builder, or of another float type.
func (b *Builder) Apply(op Op, in ...*Node) (*Node, error) {
	if op.F32 == nil || op.F64 == nil {
		return nil, fmt.Errorf("graph: op %s: F32 and F64 must both be set", op.Name)
	}
	if err := b.check(in...); err != nil {
		return nil, fmt.Errorf("graph: op %s: %w", op.Name, err)
	}
	types := make([]hm.Type, 0, len(in)+1)
	for _, n := range in {
		if n.Dtype() != b.DType {
			return nil, fmt.Errorf("graph: op %s: input %v is %v in a %v graph", op.Name, n, n.Dtype(), b.DType)
		}
		types = append(types, n.Type())
	}
	if op.Shape.Dims() == 0 {
		return nil, fmt.Errorf("graph: op %s: scalar output; use shape (1)", op.Name)
	}
	if err := b.Reserve(op.Shape...); err != nil {
		return nil, fmt.Errorf("graph: op %s: %w", op.Name, err)
	}
	types = append(types, gorgonia.TensorType{Dims: op.Shape.Dims(), Of: b.DType})
	// A fresh id per try: gorgonia's value numbering trusts a 32-bit hash of
	// the whole expression, so a node whose hash is taken is made again.
	for range 100 {
		b.nextID++
		k := &Kernel{op: op, id: b.nextID, dtype: b.DType, types: types, runs: b.runs,
			in32: make([][]float32, len(in)), in64: make([][]float64, len(in))}
		n, err := b.apply(k, in)
		if err != nil {
			return nil, fmt.Errorf("graph: op %s: %w", op.Name, err)
		}
		if n.Op() == gorgonia.Op(k) && !b.hashes[n.Hashcode()] {
			b.hashes[n.Hashcode()] = true
			return n, nil
		}
	}
	return nil, errors.New("graph: no free hash for " + op.Name)
}

// check returns an error unless all of ns are nodes of b's graph, or constants
// that no graph has yet.
func (b *Builder) check(ns ...*Node) error {
	for _, n := range ns {
		if n == nil {
			return errors.New("a node is nil")
		}
		if g := n.Graph(); g != nil && g != b.g {
			return fmt.Errorf("%v is of another builder's graph", n)
		}
	}
	return nil
}

func (b *Builder) apply(k *Kernel, in []*Node) (n *Node, err error) {
	defer recovered(&err)
	return gorgonia.ApplyOp(k, in...)
}

// recovered turns a panic of gorgonia's into an error.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("gorgonia: %v", r)
	}
}
