package adopt

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// operation is what package adopt knows of one of gorgonia's ops: where it puts the examples,
// and how a graph.Builder computes it. The settings of gorgonia's ops are in fields that it does
// not export. They are read from the text that an op prints.
type operation struct {
	place func(n *node, examples int) (layout, error)
	build func(t *translation, n *node, in []*graph.Node) (*graph.Node, error)
}

// operations are the ops by the names of gorgonia's types. Tests compare each with gorgonia's
// own results and with finite differences.
func operations() map[string]operation {
	return map[string]operation{
		"elemUnaryOp":         {same, buildUnary},
		"elemBinOp":           {same, buildBinary},
		"linAlgBinOp":         {placeProduct, buildProduct},
		"reshapeOp":           {placeReshape, buildReshape},
		"transposeOp":         {placeTranspose, buildTranspose},
		"repeatOp":            {placeRepeat, buildRepeat},
		"sizeOp":              {placeSize, buildSize},
		"sumOp":               {placeSum, buildSum},
		"sliceOp":             {placeSlice, buildSlice},
		"concatOp":            {placeConcat, buildConcat},
		"softmaxOp":           {placeSoftmax, buildSoftmax},
		"im2colOp":            {firstAxis, buildWindows},
		"maxPoolOp":           {firstAxis, buildMaxPool},
		"globalAveragePoolOp": {firstAxis, buildGlobalAverage},
		"dropoutOp":           {same, buildDropout},

		"BatchNormOp": refused("it keeps running statistics that a second pass would change, and couples the examples: use layers.BatchNorm, or normalise by ops"),
		"randomOp":    refused("it draws new numbers in each run, which a second pass does not see: make it an input, and draw its value before each run"),
		"avgPoolOp":   refused("gorgonia's derivative of it is wrong: make it of sums or a convolution"),
		"sparsemaxOp": {placeSparsemax, foreign().build},
		"GroupNormOp": refused("gorgonia's derivative of it has gradients for operands that it does not list: normalise by ops"),
		"maxOp":       refused("gorgonia's derivative of it cannot be used here: use MaxPool2D, or a softmax as a soft maximum"),
		"tensordotOp": refused("its result has its axes in an order in which the rows of an example cannot be followed: use Reshape, Transpose and Mul of matrices"),
		"byIndicesOp": refused("gorgonia does not check its indices: multiply by rows that are 1 at one place"),
	}
}

// refused is an operation that is an error, with the reason and what to do.
func refused(why string) operation {
	return operation{place: func(n *node, _ int) (layout, error) {
		return layout{}, fmt.Errorf("adopt: %v: %s", n, why)
	}}
}

// firstAxis places an op on images, whose examples are on the first axis before and after.
func firstAxis(n *node, _ int) (layout, error) {
	w := n.in[0].where
	if w.axis > 0 || w.axis == 0 && w.rows != 1 {
		return w, n.lost("the first axis of its operand is not the examples")
	}
	return along(w.axis, w.rows), nil
}

// foreign is any other op: gorgonia's own, or the user's. It is run as it is, on copies, and
// differentiated by its own rule.
func foreign() operation {
	return operation{
		place: func(n *node, _ int) (layout, error) {
			if _, ok := n.Op().(gorgonia.SDOp); !ok {
				return layout{}, fmt.Errorf("adopt: %v: it has no symbolic derivative (gorgonia.SDOp)", n)
			}
			for _, d := range append([]*node{n}, n.in...) {
				if d.IsScalar() {
					return layout{}, fmt.Errorf("adopt: %v: an op that is not known here must have tensors as operands and result", n)
				}
			}
			w, err := same(n, 0)
			if w.axis >= len(n.dims) {
				err = n.lost("its result has fewer axes than its operands")
			}
			return w, err
		},
		build: func(t *translation, n *node, in []*graph.Node) (*graph.Node, error) {
			if t.Batch != t.examples {
				return t.never(n)
			}
			copies := make([]*graph.Node, len(in))
			for i, x := range in {
				var err error
				if copies[i], err = t.Snapshot(x); err != nil {
					return nil, err
				}
			}
			y, err := apply(n.Op(), copies)
			if err != nil {
				return nil, fmt.Errorf("adopt: %v: %w", n, err)
			}
			return t.Snapshot(y)
		},
	}
}

// apply is gorgonia.ApplyOp, whose panics are errors.
func apply(op gorgonia.Op, in []*graph.Node) (y *graph.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("gorgonia: %v", r)
		}
	}()
	return gorgonia.ApplyOp(op, in...)
}

// translation makes the nodes of one Builder.
type translation struct {
	*graph.Builder
	examples int                                     // N of the user's graph
	param    func(l *learnable) (*graph.Node, error) // in the parameter's own shape
	made     map[*node]*graph.Node                   // inputs are put in before anything is built
	taps     bool                                    // maps declare their taps
}

// dims is the shape of n for the Builder's batch size.
func (t *translation) dims(n *node) []int { return n.dimsAt(t.Batch, t.examples) }

// node is the Builder's node of n, made once. Some graphs have N in a constant, or an op for N
// examples alone. For another batch size there is a node that is an error when it is run.
func (t *translation) node(n *node) (*graph.Node, error) {
	if x, ok := t.made[n]; ok {
		return x, nil
	}
	x, err := t.build(n)
	if err == nil && !slices.Equal([]int(x.Shape()), t.dims(n)) {
		err = fmt.Errorf("adopt: %v: for %d examples its shape is %v, and %v was expected", n, t.Batch, x.Shape(), t.dims(n))
	}
	if err != nil && t.Batch != t.examples {
		x, err = t.never(n)
	}
	if err != nil {
		return nil, err
	}
	t.made[n] = x
	return x, nil
}

// never adds a node of n's shape that must not be run.
func (t *translation) never(n *node) (*graph.Node, error) {
	problem := fmt.Sprintf("the graph was built for %d examples, and %d were given: this node has the number in a constant or in its op", t.examples, t.Batch)
	fail := func() { panic(&graph.DataError{Layer: n.String(), Problem: problem}) }
	some, err := t.number(0)
	if err != nil {
		return nil, err
	}
	return t.Apply(graph.Op{
		Name: "never", Shape: t.dims(n), Const: true,
		F32: func([]float32, [][]float32) { fail() }, F64: func([]float64, [][]float64) { fail() },
	}, some)
}

func (t *translation) build(n *node) (*graph.Node, error) {
	switch n.kind {
	case inputLeaf:
		return nil, fmt.Errorf("adopt: %v is an input that nothing binds", n) // a fault of this package
	case learnableLeaf:
		p, err := t.param(n.of)
		if err != nil {
			return nil, err
		}
		return n.of.in(t.Builder, p)
	case constantLeaf:
		return t.constant(n)
	}
	if n.affine != nil {
		return t.affine(n.affine)
	}
	in := make([]*graph.Node, len(n.in))
	for i, c := range n.in {
		if n.kind == "sizeOp" { // of a shape, not of values
			break
		}
		if n.kind == "repeatOp" && i > 0 {
			break
		}
		var err error
		if in[i], err = t.node(c); err != nil {
			return nil, err
		}
	}
	return n.rule.build(t, n, in)
}

func (t *translation) constant(n *node) (*graph.Node, error) {
	x, err := values(n.Op().(constant).Value())
	if err != nil {
		return nil, fmt.Errorf("adopt: %v: %w", n, err)
	}
	return t.fixed(x, n.dims)
}

// fixed is an input with values that never change.
func (t *translation) fixed(x []float64, dims []int) (*graph.Node, error) {
	v := graph.NewDense(t.DType, dims...)
	setElements(v, x)
	return t.InputOf("constant", v)
}

func (t *translation) number(x float64) (*graph.Node, error) { return t.fixed([]float64{x}, []int{1}) }

// setElements copies x into v, in v's type.
func setElements(v *tensor.Dense, x []float64) {
	if v.Dtype() == graph.Float32 {
		for i, e := range x {
			v.Float32s()[i] = float32(e)
		}
		return
	}
	copy(v.Float64s(), x)
}
