package layers

import (
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/pooling"
)

// AvgPool2D gives the mean of each window of images N×H×W×C, or N×H×W, in each channel. The output is N×H′×W′×C (or
// N×H′×W′), of the size that [MaxPool2D] has; pairs are [rows, columns].
//
// The mean is over the image's own elements in the window. With CountPadding it is over the whole window, padding
// counted as zeros, as in PyTorch.
type AvgPool2D struct {
	Window       [2]int // rows and columns
	Stride       [2]int // between windows; 0 means the window's size: they lie side by side
	Padding      [2]int // on each of two opposite sides, below the window's size; 0 = none
	CountPadding bool   // divide by the size of the window, also where it lies over padding
}

var _ Layer = (*AvgPool2D)(nil)

func (a *AvgPool2D) geometry() pool { return pool{a.Window, a.Stride, a.Padding} }

func (a *AvgPool2D) String() string { return a.geometry().describe("AvgPool2D") }

// Params returns none.
func (*AvgPool2D) Params() []*graph.Param { return nil }

// Build adds the means of x. The error names the layer, the input's shape and the window if x is no batch of images, or
// the window is larger than they are.
func (a *AvgPool2D) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	w, shape, err := a.geometry().place(b, b.UniqueName("avgpool"), x)
	if err != nil {
		return nil, err
	}
	m := &means{w, a.CountPadding, x.Shape().Clone(), shape}
	return m.forward(b, x)
}

// GlobalAvgPool gives the mean of each channel over all locations of an image: N×H×W×C becomes N×C, and N×H×W N×1.
type GlobalAvgPool struct{}

var _ Layer = (*GlobalAvgPool)(nil)

func (*GlobalAvgPool) String() string { return "GlobalAvgPool" }

// Params returns none.
func (*GlobalAvgPool) Params() []*graph.Param { return nil }

// Build adds the means of x. The error names the layer and the input's shape if x is no batch of images.
func (*GlobalAvgPool) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	name, shape := b.UniqueName("globalavgpool"), x.Shape()
	all := pool{window: [2]int{1, 1}}
	if d := shape.Dims(); d == 3 || d == 4 {
		all.window = [2]int{shape[1], shape[2]}
	}
	w, _, err := all.place(b, name, x)
	if err != nil {
		return nil, err
	}
	m := &means{w, false, shape.Clone(), tensor.Shape{w.examples, w.channels}}
	return m.forward(b, x)
}

// means are the means over windows, a linear map from images to pooled values. Its transpose spreads a value over its
// window.
type means struct {
	*windows
	whole          bool // see poolPass
	images, pooled tensor.Shape
}

func (m *means) forward(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "mean-pool", Shape: m.pooled.Clone(), F32: averaging[float32](m), F64: averaging[float64](m),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			dx, err := m.transpose(d.Builder, d.Grad)
			return []*graph.Node{dx}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return m.forward(t.Builder, t.Dot[0]) },
	}, x)
}

func (m *means) transpose(b *graph.Builder, dy *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "mean-pool-gradient", Shape: m.images.Clone(), F32: spreading[float32](m), F64: spreading[float64](m),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			back, err := m.forward(d.Builder, d.Grad)
			return []*graph.Node{back}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return m.transpose(t.Builder, t.Dot[0]) },
	}, dy)
}

func averaging[T graph.Float](m *means) func(out []T, in [][]T) {
	p, k := newPasses[T](), pooling.Of[T]()
	return func(out []T, in [][]T) {
		p.run(poolPass[T]{windows: m.windows, k: k, step: poolMean, whole: m.whole, images: in[0], pooled: out})
	}
}

func spreading[T graph.Float](m *means) func(out []T, in [][]T) {
	p, k := newPasses[T](), pooling.Of[T]()
	return func(out []T, in [][]T) {
		p.run(poolPass[T]{windows: m.windows, k: k, step: poolSpread, whole: m.whole, images: out, pooled: in[0]})
	}
}
