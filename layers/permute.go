package layers

import (
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/parallel"
)

// Permute exchanges the axes of each example. Axes are numbered as those of the input
// N×d₁×d₂×…: the batch is axis 0, and stays. Axis i+1 of the output is axis Axes[i] of
// the input, so that {2, 1} makes N×d₂×d₁ of N×d₁×d₂, and {3, 1, 2} channels-first
// images N×C×H×W of N×H×W×C.
type Permute struct {
	Axes []int // each of 1 … as many as an example has, once
}

var _ Layer = (*Permute)(nil)

func (p *Permute) String() string { return "Permute(" + list(p.Axes, ", ") + ")" }

// Params returns none.
func (*Permute) Params() []*graph.Param { return nil }

// Build exchanges the axes of x. The error names the input's shape if Axes are not its
// axes, each once.
func (p *Permute) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	own, axes := b.UniqueName("permute"), len(x.Shape())-1
	sorted := slices.Sorted(slices.Values(p.Axes))
	for i, a := range sorted {
		if len(sorted) != axes || a != i+1 {
			axes = -1
			break
		}
	}
	if axes != len(p.Axes) {
		return nil, fmt.Errorf("layers: %s: axes [%s] of an input of shape %v: want 1 to %d, each once; axis 0 is the batch", own, list(p.Axes, " "), x.Shape(), len(x.Shape())-1)
	}
	if slices.IsSorted(p.Axes) {
		return x, nil
	}
	return permute(b, x, p.Axes)
}

// permute is a gather: element i of an example's output is element at[i] of its input,
// in units of the axes at the end that stay in place.
func permute(b *graph.Builder, x *graph.Node, axes []int) (*graph.Node, error) {
	m, err := newExchangeOfAxes(b, x.Shape(), axes)
	if err != nil {
		return nil, fmt.Errorf("layers: Permute: %w", err)
	}
	inverse := make([]int, len(axes))
	for i, a := range axes {
		inverse[a-1] = i + 1
	}
	return b.Apply(graph.Op{
		Name:  "permute",
		Shape: m.shape,
		F32:   gathering[float32](m),
		F64:   gathering[float64](m),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := permute(d.Builder, d.Grad, inverse)
			return []*graph.Node{g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return permute(t.Builder, t.Dot[0], axes) },
	}, x)
}

// axisExchange says where the elements of an example go.
type axisExchange struct {
	shape []int // of the output, batch included
	at    []int // where each run of the output is in the input
	run   int   // elements that stay together
}

func newExchangeOfAxes(b *graph.Builder, shape, axes []int) (*axisExchange, error) {
	m := &axisExchange{shape: []int{shape[0]}, run: 1}
	stay := len(axes)
	for stay > 0 && axes[stay-1] == stay {
		m.run *= shape[stay]
		stay--
	}
	strides := make([]int, len(shape))
	stride := 1
	for i := len(shape) - 1; i > 0; i-- {
		strides[i] = stride
		stride *= shape[i]
	}
	for _, a := range axes {
		m.shape = append(m.shape, shape[a])
	}
	if err := b.Reserve(stride / m.run); err != nil {
		return nil, err
	}
	m.at = make([]int, 1, stride/m.run)
	for _, a := range axes[:stay] { // each axis makes shape[a] runs of every one so far
		before := slices.Clone(m.at)
		m.at = m.at[:0]
		for _, from := range before {
			for i := range shape[a] {
				m.at = append(m.at, from+i*strides[a])
			}
		}
	}
	return m, nil
}

// gather is one pass over a batch.
type gather[T graph.Float] struct {
	*axisExchange
	out, in []T
}

func gathering[T graph.Float](m *axisExchange) func(out []T, in [][]T) {
	pool, move := parallel.NewPool[gather[T]](), (*gather[T]).example
	return func(out []T, in [][]T) {
		g := gather[T]{m, out, in[0]}
		if len(out) < serialBelow {
			for e := range m.shape[0] {
				g.example(e)
			}
			return
		}
		pool.Run(m.shape[0], g, move)
	}
}

func (g *gather[T]) example(e int) {
	size := len(g.at) * g.run
	out, in := g.out[e*size:(e+1)*size], g.in[e*size:(e+1)*size]
	if g.run == 1 {
		for i, from := range g.at {
			out[i] = in[from]
		}
		return
	}
	for _, from := range g.at {
		copy(out[:g.run], in[from:])
		out = out[g.run:]
	}
}
