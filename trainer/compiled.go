package trainer

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// compiled is the model's graph for one batch size and mode. Its programs are
// built when they are first asked for.
type compiled struct {
	model       *Model
	used        uint64 // when last, as the cache counts
	b           *graph.Builder
	x, y        *tensor.Dense   // bound inputs
	more        []*tensor.Dense // further targets
	mixed       bool            // they are the others and shares of mixtures
	target      *graph.Node
	out, mean   *graph.Node
	outputs     int          // units of out, per example
	tapsLearned []*graph.Tap // see taps; nil before the first use
	loss        *graph.Node
	surprise    *graph.Node // −log p(y|x) of the data's own targets: loss itself where that is minimised
	ones        *graph.Node
	objective   objective

	forward *graph.Program // the loss, and the mean in evaluation mode
	means   *graph.Program // the mean alone

	slots      []*slot    // of Products' directions
	source     *objective // whose first examples are bound, in a part graph
	sourceDraw uint64     // which of its mini-batches
	measured   int        // what its passes were at the last Products
}

func newCompiled(m *Model, key graphKey) (*compiled, error) {
	m.building.Lock()
	defer m.building.Unlock()
	streams := m.streams
	if key.part {
		streams.Dropout = streams.Sample
	}
	b, err := graph.NewBuilder(graph.Config{DType: m.cfg.DType, Batch: key.batch, Train: key.train, Streams: streams, Limits: m.limits})
	if err != nil {
		return nil, err
	}
	c := &compiled{model: m, b: b}
	var x *graph.Node
	x, c.x = b.Input("x", append([]int{key.batch}, m.cfg.Input...)...)
	if c.out, err = m.net.Build(b, x); err != nil {
		return nil, err
	}
	shape, err := m.loss.TargetShape(c.out.Shape())
	if err != nil {
		return nil, err
	}
	c.target, c.y = b.Input("y", shape...)
	if err := c.buildLoss(key.mixed); err != nil {
		return nil, err
	}
	if err := b.CheckBuffers(c.loss); err != nil {
		return nil, err
	}
	if c.mean, err = m.loss.Mean(b, c.out); err != nil {
		return nil, err
	}
	c.outputs = c.out.Shape().TotalSize() / key.batch
	c.ones = b.Ones(1)
	c.objective.c = c
	return c, nil
}

// bind copies a mini-batch into the graph's inputs; y may be nil where only
// predictions are wanted.
func (c *compiled) bind(x, y *tensor.Dense, more []*tensor.Dense) error {
	c.b.NewDraw()
	c.objective.changed()
	if err := graph.CopyInto(c.x, x); err != nil {
		return err
	}
	if y == nil {
		return nil
	}
	// An autoencoder's targets are its inputs: N×28×28 for outputs N×784.
	if y.Dims() == 0 || y.Shape()[0] != c.y.Shape()[0] || y.DataSize() != c.y.DataSize() {
		return fmt.Errorf("trainer: targets of shape %v: the loss takes %v", y.Shape(), c.y.Shape())
	}
	if err := graph.CopyInto(c.y, y); err != nil {
		return err
	}
	if err := c.model.loss.Validate(c.y, c.outputs); err != nil {
		return err
	}
	return c.bindMore(more)
}

// evaluate returns the data loss of the bound batch and, in evaluation mode,
// fills the mean.
func (c *compiled) evaluate() (float64, error) {
	if c.forward == nil {
		wanted := []*graph.Node{c.loss}
		if !c.b.Train {
			wanted = append(wanted, c.mean)
		}
		var err error
		if c.forward, err = c.b.Compile(wanted...); err != nil {
			return 0, err
		}
	}
	if err := c.forward.Run(); err != nil {
		return 0, err
	}
	return scalar(c.loss), nil
}

func (c *compiled) predict() (*tensor.Dense, error) {
	if graph.IsInput(c.mean) { // a network of no layers predicts its input
		return graph.Value(c.mean), nil
	}
	if c.means == nil {
		var err error
		if c.means, err = c.b.Compile(c.mean); err != nil {
			return nil, err
		}
	}
	if err := c.means.Run(); err != nil {
		return nil, err
	}
	return graph.Value(c.mean), nil
}

// compile makes the program of those of ns that are to be computed: nil if none is.
func (c *compiled) compile(ns ...*graph.Node) (*graph.Program, error) {
	if ns = slices.DeleteFunc(present(ns), graph.IsInput); len(ns) == 0 {
		return nil, nil
	}
	return c.b.Compile(ns...)
}

// resume runs a program that compile may have left out.
func resume(p *graph.Program) error {
	if p == nil {
		return nil
	}
	return p.Resume()
}

// copyRows fills dst with the first rows of src, of the same type.
func copyRows(dst, src *tensor.Dense) {
	n := dst.DataSize()
	if dst.Dtype() == graph.Float32 {
		vector.Copy(dst.Float32s(), src.Float32s()[:n])
	} else {
		vector.Copy(dst.Float64s(), src.Float64s()[:n])
	}
}

// scalar is the first element of a computed node.
func scalar(n *graph.Node) float64 {
	v := graph.Value(n)
	if v.Dtype() == graph.Float32 {
		return float64(v.Float32s()[0])
	}
	return v.Float64s()[0]
}
