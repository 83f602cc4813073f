package layers

import (
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/pooling"
)

// MaxPool2D gives the greatest element of each window of images N×H×W×C, or N×H×W, in each channel. The output is
// N×H′×W′×C (or N×H′×W′) with
//
//	H′ = ⌊(H + 2·Padding − Window)/Stride⌋ + 1
//
// and W′ likewise; pairs are [rows, columns]. Rows and columns that no whole window fits on are left out. Padding has no
// elements: a window over it is the smaller for it.
//
// The gradient goes to the greatest element, the first of equal ones in the order of the image. A NaN counts as the
// greatest.
type MaxPool2D struct {
	Window  [2]int // rows and columns
	Stride  [2]int // between windows; 0 means the window's size: they lie side by side
	Padding [2]int // on each of two opposite sides, below the window's size; 0 = none
}

var _ Layer = (*MaxPool2D)(nil)

func (m *MaxPool2D) geometry() pool { return pool{m.Window, m.Stride, m.Padding} }

func (m *MaxPool2D) String() string { return m.geometry().describe("MaxPool2D") }

// Params returns none.
func (*MaxPool2D) Params() []*graph.Param { return nil }

// Build adds the greatest elements of x. The error names the layer, the input's shape and the window if x is no batch of
// images, or the window is larger than they are.
func (m *MaxPool2D) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	w, shape, err := m.geometry().place(b, b.UniqueName("maxpool"), x)
	if err != nil {
		return nil, err
	}
	if err := b.Reserve(shape...); err != nil { // for the choices
		return nil, err
	}
	g := &greatest{windows: w, keep: b.Train}
	g.single, g.double = newChooser[float32](g), newChooser[float64](g)
	return g.forward(b, x, shape)
}

// greatest is the maximum of one node. The forward kernel keeps where the maxima were in training, or if a rule has
// asked for it: one float for each of the output's. That is a quarter of the input of windows 2×2, which the reverse
// rule would else have to read again to find them.
type greatest struct {
	*windows
	keep   bool
	single *chooser[float32]
	double *chooser[float64]
}

func (g *greatest) forward(b *graph.Builder, x *graph.Node, shape tensor.Shape) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "max-pool", Shape: shape, F32: g.single.forward, F64: g.double.forward,
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			dx, err := g.give(d.Builder, d.In[0], d.Out, d.Grad)
			return []*graph.Node{dx}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return g.take(t.Builder, t.In[0], t.Out, t.Dot[0]) },
	}, x)
}

// give is the gradient dy at y, put where the maxima of x were. It takes x and y for the order of computing.
func (g *greatest) give(b *graph.Builder, x, y, dy *graph.Node) (*graph.Node, error) {
	g.keep = true
	return b.Apply(graph.Op{
		Name: "max-pool-gradient", Shape: x.Shape().Clone(), F32: g.single.give, F64: g.double.give,
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			if !d.Need[2] {
				return make([]*graph.Node, 3), nil
			}
			back, err := g.take(d.Builder, d.In[0], d.In[1], d.Grad)
			return []*graph.Node{nil, nil, back}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			if t.Dot[2] == nil {
				return nil, nil
			}
			return g.give(t.Builder, t.In[0], t.In[1], t.Dot[2])
		},
	}, x, y, dy)
}

// take is dx, a tangent of x, from where the maxima of x were.
func (g *greatest) take(b *graph.Builder, x, y, dx *graph.Node) (*graph.Node, error) {
	g.keep = true
	return b.Apply(graph.Op{
		Name: "max-pool-tangent", Shape: y.Shape().Clone(), F32: g.single.take, F64: g.double.take,
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			if !d.Need[2] {
				return make([]*graph.Node, 3), nil
			}
			back, err := g.give(d.Builder, d.In[0], d.In[1], d.Grad)
			return []*graph.Node{nil, nil, back}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			if t.Dot[2] == nil {
				return nil, nil
			}
			return g.take(t.Builder, t.In[0], t.In[1], t.Dot[2])
		},
	}, x, y, dx)
}

// chooser computes in one float type.
type chooser[T graph.Float] struct {
	*greatest
	passes[T]
	k       *pooling.Kernels[T]
	choices []T
	fresh   bool // choices are those of the node's present value
}

func newChooser[T graph.Float](g *greatest) *chooser[T] {
	return &chooser[T]{greatest: g, passes: newPasses[T](), k: pooling.Of[T]()}
}

func (c *chooser[T]) forward(out []T, in [][]T) {
	c.fresh = c.keep
	if c.keep && c.choices == nil {
		c.choices = make([]T, len(out))
	}
	p := poolPass[T]{windows: c.windows, k: c.k, step: poolMax, images: in[0], pooled: out}
	if c.keep {
		p.choices = c.choices
	}
	c.run(p)
}

// chosen are the choices for x. They are made here if the forward kernel ran before any rule had asked for them.
func (c *chooser[T]) chosen(x, y []T) []T {
	if !c.fresh {
		c.forward(make([]T, len(y)), [][]T{x})
	}
	return c.choices
}

func (c *chooser[T]) give(out []T, in [][]T) {
	c.run(poolPass[T]{windows: c.windows, k: c.k, step: poolGive, images: out, pooled: in[2], choices: c.chosen(in[0], in[1])})
}

func (c *chooser[T]) take(out []T, in [][]T) {
	c.run(poolPass[T]{windows: c.windows, k: c.k, step: poolTake, images: in[2], pooled: out, choices: c.chosen(in[0], in[1])})
}
