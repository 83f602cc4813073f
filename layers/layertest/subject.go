package layertest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
	"github.com/gokfac/gokfac/layers"
)

// setting is what a graph is built for.
type setting struct {
	dtype tensor.Dtype
	n     int
	train bool
}

func (s setting) String() string {
	mode := "evaluation"
	if s.train {
		mode = "training"
	}
	if s.dtype == graph.Float32 {
		mode += " mode in float32"
	} else {
		mode += " mode"
	}
	return fmt.Sprintf("of %d examples in %s", s.n, mode)
}

// double are the settings in which derivatives are looked at.
func double() []setting {
	return []setting{{graph.Float64, 3, true}, {graph.Float64, 3, false}, {graph.Float64, 1, true}}
}

// derived are the settings in which derivatives are looked at: kernels may take many examples in blocks, or share them out.
func derived() []setting {
	return append(double(), setting{graph.Float64, slices.Max(batches()), true})
}

// everyRun are the settings in which values are looked at: each float type has ops of its own.
func everyRun() []setting {
	return append(double(), setting{graph.Float32, 3, true}, setting{graph.Float32, 3, false})
}

// counter counts the random numbers of a graph's runs.
type counter struct{ count int }

// counted is a source of some of them.
type counted struct {
	*rand.PCG
	*counter
}

func (c counted) Uint64() uint64 {
	c.count++
	return c.PCG.Uint64()
}

// newBuilder is a builder with generators that count the numbers of masks and of samples.
func newBuilder(s setting) (*graph.Builder, *counter, error) {
	draws := &counter{}
	b, err := graph.NewBuilder(graph.Config{DType: s.dtype, Batch: s.n, Train: s.train, Streams: graph.Streams{
		Init: partcheck.Rand(1, 1), Dropout: rand.New(counted{rand.NewPCG(1, 2), draws}), Sample: rand.New(counted{rand.NewPCG(1, 3), draws}),
		Places: &graph.Places{},
	}})
	return b, draws, err
}

// subject is a layer in a graph.
type subject struct {
	setting
	layer  layers.Layer
	b      *graph.Builder
	x, y   *graph.Node
	params []*graph.Param
	draws  *counter
	// wrt are the input, if it moves, and the parameters, with their names in failures.
	wrt   []*graph.Node
	names []string
}

// build adds l to a graph of its own, and checks the output.
func (c *checker) build(l layers.Layer, s setting) (*subject, error) {
	return c.buildOn(l, s, c.input)
}

// buildOn is build for examples of another shape.
func (c *checker) buildOn(l layers.Layer, s setting, example []int) (*subject, error) {
	b, draws, err := newBuilder(s)
	if err != nil {
		return nil, err
	}
	x, _ := b.Input("x", append([]int{s.n}, example...)...)
	sub := &subject{setting: s, layer: l, b: b, x: x, draws: draws}
	if err := partcheck.Guard(func() (err error) { sub.y, err = l.Build(b, x); return err }); err != nil {
		return nil, err
	}
	if sub.y == nil {
		return nil, errors.New("there is neither an output nor an error of Build")
	}
	if shape := sub.y.Shape(); len(shape) == 0 || shape[0] != s.n {
		return nil, fmt.Errorf("the output is of shape %v for %d examples: its first axis must be that of the examples", shape, s.n)
	}
	if sub.y.Dtype() != s.dtype {
		return nil, fmt.Errorf("the output is of %v in a graph of %v", sub.y.Dtype(), s.dtype)
	}
	sub.params = slices.Clone(l.Params())
	if c.cfg.Rows == 0 {
		sub.wrt, sub.names = []*graph.Node{x}, []string{"the input"}
	}
	for _, p := range sub.params {
		sub.wrt, sub.names = append(sub.wrt, b.Param(p)), append(sub.names, p.Name)
	}
	c.fillInputs(graph.Value(x), 1)
	return sub, nil
}

// fillInputs gives x the seed's inputs, exact in float32. The leading examples do not depend on their number.
func (c *checker) fillInputs(x *tensor.Dense, seed uint64) {
	n := x.Shape()[0]
	size := x.DataSize() / n
	all := make([]float64, 0, x.DataSize())
	for e := range n {
		r, values := partcheck.Rand(seed, uint64(e)), make([]float64, size)
		switch {
		case c.cfg.Values != nil:
			c.cfg.Values(r, values)
		case c.cfg.Rows > 0:
			for i := range values {
				values[i] = float64(r.IntN(c.cfg.Rows))
			}
		default:
			copy(values, partcheck.Normals(r, size))
		}
		all = append(all, values...)
	}
	partcheck.Fill(x, single(all))
}

// single rounds to float32, so that both float types see the same numbers.
func single(x []float64) []float64 {
	for i, v := range x {
		x[i] = float64(float32(v))
	}
	return x
}

// fresh is a new layer in a graph, with parameters of which no two are alike and with state that has seen data.
func (c *checker) fresh(s setting) (*subject, error) {
	l := c.layer()
	first, err := c.build(l, setting{s.dtype, 1, false}) // as a model does
	if err != nil {
		return nil, err
	}
	c.settle(first.params)
	if err := c.warm(l, s.dtype); err != nil {
		return nil, err
	}
	return c.build(l, s)
}

func (c *checker) settle(params []*graph.Param) {
	if c.cfg.Params != nil {
		c.cfg.Params(partcheck.Rand(4, 4), params)
	}
	for i, p := range params {
		x := partcheck.Doubles(p.Value)
		if c.cfg.Params == nil {
			for j, v := range partcheck.Normals(partcheck.Rand(3, uint64(i)), len(x)) {
				x[j] += v / 4
			}
		}
		partcheck.Fill(p.Value, single(x))
	}
}

// warm shows the layer two mini-batches, so that running statistics are not those of a new layer.
func (c *checker) warm(l layers.Layer, dtype tensor.Dtype) error {
	if len(buffersOf(l)) == 0 {
		return nil
	}
	s, err := c.build(l, setting{dtype, 5, true})
	if err != nil || len(s.b.Updates()) == 0 {
		return err
	}
	p, err := s.probe(s.b.Updates()...)
	if err != nil {
		return err
	}
	for seed := range uint64(2) {
		c.fillInputs(graph.Value(s.x), 50+seed)
		s.b.NewDraw()
		if err := p.program.Run(); err != nil {
			return err
		}
		s.b.Commit()
	}
	for _, b := range buffersOf(l) {
		partcheck.Fill(b.Value, single(partcheck.Doubles(b.Value)))
	}
	return nil
}

// newInput adds an input of normal draws, of the shape of like.
func (s *subject) newInput(name string, like *graph.Node, stream uint64) *graph.Node {
	n, memory := s.b.Input(name, like.Shape().Clone()...)
	partcheck.Fill(memory, single(partcheck.Normals(partcheck.Rand(7, stream), memory.DataSize())))
	return n
}

// tangents adds a tangent for each of ns.
func (s *subject) tangents(ns []*graph.Node) (all []*graph.Node) {
	for i, n := range ns {
		all = append(all, s.newInput("tangent", n, 100+uint64(i)))
	}
	return all
}

// gradients adds a seed u and the gradients of ⟨u, y⟩ with respect to wrt. One is nil where y does not depend on it.
func (s *subject) gradients() (u *graph.Node, grads []*graph.Node, err error) {
	u = s.newInput("seed", s.y, 1)
	err = partcheck.Guard(func() (err error) { grads, err = s.b.Backward(s.y, u, s.wrt...); return err })
	if err != nil {
		return nil, nil, fmt.Errorf("there is no gradient: %w", err)
	}
	return u, grads, nil
}
