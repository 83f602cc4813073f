package trainer

import (
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// weights are a copy of a model's parameters and buffers.
type weights struct {
	params  map[*graph.Param]*tensor.Dense
	buffers map[*graph.Buffer]*tensor.Dense
}

// substitute makes a graph read the copy.
func (w *weights) substitute(b *graph.Builder) error {
	if w == nil {
		return nil
	}
	for p, v := range w.params {
		if err := b.Substitute(p, v); err != nil {
			return err
		}
	}
	for s, v := range w.buffers {
		if err := b.SubstituteBuffer(s, v); err != nil {
			return err
		}
	}
	return nil
}

// inference is a graph that predicts batches of one size. One goroutine uses it at a time.
type inference struct {
	size   int                // examples
	x      *tensor.Dense      // bound input
	scaled []float32          // the input's elements: x's own, or a buffer of a float64 model
	errs   [scalePieces]error // of pieces that are scaled beside one another
	mean   *graph.Node
	run    *graph.Sequence
}

// newInference builds the model's network and the mean of its predictions, without a loss.
func newInference(m *Model, w *weights, size int) (*inference, error) {
	m.building.Lock()
	defer m.building.Unlock()
	// Generators of its own, since graphs run side by side. No layer of this module draws in evaluation mode.
	stream := func(i uint64) *rand.Rand { return rand.New(rand.NewPCG(m.cfg.Seed, 10+i)) }
	b, err := graph.NewBuilder(graph.Config{DType: m.cfg.DType, Batch: size,
		Streams: graph.Streams{Init: stream(0), Dropout: stream(1), Sample: stream(2)}})
	if err != nil {
		return nil, err
	}
	if err := w.substitute(b); err != nil {
		return nil, err
	}
	g := &inference{size: size}
	var x *graph.Node
	x, g.x = b.Input("x", append([]int{size}, m.cfg.Input...)...)
	out, err := m.net.Build(b, x)
	if err != nil {
		return nil, err
	}
	if g.mean, err = m.loss.Mean(b, out); err != nil {
		return nil, err
	}
	if g.run, err = b.CompileSequence(g.mean); err != nil {
		return nil, err
	}
	if m.cfg.DType == graph.Float32 {
		g.scaled = g.x.Float32s()
	} else {
		g.scaled = make([]float32, g.x.DataSize())
	}
	return g, nil
}

// forward computes the means of what is in scaled.
func (g *inference) forward() error {
	if g.x.Dtype() != graph.Float32 {
		x := g.x.Float64s()
		for i, v := range g.scaled {
			x[i] = float64(v)
		}
	}
	return g.run.Run()
}

// means copies the first elements of the means.
func (g *inference) means(out []float64) {
	v := graph.Value(g.mean)
	if v.Dtype() == graph.Float64 {
		copy(out, v.Float64s())
		return
	}
	for i, m := range v.Float32s()[:len(out)] {
		out[i] = float64(m)
	}
}

// finite reports whether x is free of NaN and infinities.
func finite(x []float32) bool { return vector.Finite(x) }
