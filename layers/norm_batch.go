package layers

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/moments"
)

// BatchNorm standardises each channel over the mini-batch (Ioffe & Szegedy 2015): for x of shape N×…×C it takes the mean μ
// and the variance σ² of each of the C channels over all other axes, M = N·T values, and gives
//
//	y = x̂∘w + b,  x̂ = (x − μ)/√(σ² + ε)
//
// in the shape of x, with the scale w (NAME.weight) and the shift b (NAME.bias), of C elements each. The last axis is the
// channels, also of N×H×W: images of one channel are N×H×W×1 here.
//
// In training μ and σ² are those of the mini-batch, σ² with 1/M, and the derivatives run through them. They also go into
// running ones, the buffers NAME.running_mean and NAME.running_var,
//
//	r ← (1 − Momentum)·r + Momentum·new
//
// with 1/(M−1) in the new variance. That happens once for each mini-batch that is trained on, whatever passes an optimizer
// runs over it. A fresh layer has r = 0 and r = 1. In evaluation μ and σ² are the running ones, and constants.
//
// A mini-batch of one value in each channel (M = 1) has no variance: x̂ is 0, so that y is b and nothing below the layer
// learns from it. The running statistics stay as they are.
//
// The parts of a trainer.Accumulation are standardised each by itself, and each goes into the running statistics once.
// Products over fewer examples than the mini-batch has (kfac.Config.ProductFraction) standardise those by themselves.
// Examples of a mini-batch depend on each other in training: K-FAC's blocks of this network, which are of single
// examples, leave that out, as they do in the literature.
//
// Running statistics belong to the parameters that made them. Averaged parameters (kfac's Polyak averages, trainer.EMA)
// meet those of the latest parameters; trainer.EMAConfig.Buffers averages them as well.
type BatchNorm struct {
	Momentum float64     // weight of the new statistics in the running ones, in (0, 1]; 0 means 0.1. Other libraries call 1 − Momentum so
	Epsilon  float64     // ε, added to the variance; 0 means 1e-5
	Init     Initializer // of w; nil means ones
	NoScale  bool        // no w
	NoShift  bool        // no b
	Name     string      // of the parameters; "" means batchnorm1, batchnorm2, …

	scaleParams
	mean, variance *graph.Buffer
}

var _ Stateful = (*BatchNorm)(nil)

func (n *BatchNorm) String() string { return namedLayer("BatchNorm", n.Name) }

func namedLayer(kind, name string) string {
	if name == "" {
		return kind
	}
	return kind + " " + name
}

// Buffers lists the running mean and variance.
func (n *BatchNorm) Buffers() []*graph.Buffer {
	if n.mean == nil {
		return nil
	}
	return []*graph.Buffer{n.mean, n.variance}
}

// Build adds the standardised x. The error names the layer and both shapes if the channels of x are not those of the
// parameters.
func (n *BatchNorm) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if n.Name == "" {
		n.Name = b.UniqueName("batchnorm")
	}
	if !(n.Momentum >= 0 && n.Momentum <= 1) {
		return nil, fmt.Errorf("layers: %s: momentum %g: want 0 < momentum ≤ 1, or 0 for %g", n.Name, n.Momentum, defaultMomentum)
	}
	set := normSettings{n.Name, n.Epsilon, n.Init, n.NoScale, n.NoShift}
	if err := n.prepare(b, &set, x.Shape()); err != nil {
		return nil, err
	}
	if err := n.prepareBuffers(b, x.Shape()); err != nil {
		return nil, err
	}
	channels := n.mean.Value.DataSize()
	layout := moments.Layout{Blocks: 1, Rows: x.Shape().TotalSize() / channels, Groups: channels, Width: 1}
	op := &normalization{layout, set.epsilon, !b.Train}
	if !b.Train {
		m, err := op.given(b, b.Buffer(n.mean), b.Buffer(n.variance))
		if err != nil {
			return nil, err
		}
		return n.normalize(b, set, layout, x, m, true)
	}
	m, err := op.find(b, x)
	if err != nil {
		return nil, err
	}
	if err := n.update(b, m, layout); err != nil {
		return nil, err
	}
	return n.normalize(b, set, layout, x, m, false)
}

// prepareBuffers makes the running statistics the first time.
func (n *BatchNorm) prepareBuffers(b *graph.Builder, shape tensor.Shape) error {
	channels := shape[len(shape)-1]
	if n.mean == nil {
		if err := b.Reserve(2, channels); err != nil {
			return fmt.Errorf("layers: %s: %w", n.Name, err)
		}
		n.mean = graph.NewBuffer(n.Name+".running_mean", b.DType, channels)
		n.variance = graph.NewBuffer(n.Name+".running_var", b.DType, channels)
		if err := n.variance.Value.Memset(one(b.DType)); err != nil {
			return fmt.Errorf("layers: %s: %w", n.Name, err)
		}
	}
	return fitsChannels(b, n.Name, shape, n.mean.Name, n.mean.Value)
}

func one(dtype tensor.Dtype) any {
	if dtype == graph.Float32 {
		return float32(1)
	}
	return 1.0
}

// defaultMomentum is PyTorch's.
const defaultMomentum = 0.1

// update proposes the next running statistics.
func (n *BatchNorm) update(b *graph.Builder, m *graph.Node, layout moments.Layout) error {
	momentum := n.Momentum
	if momentum == 0 {
		momentum = defaultMomentum
	}
	unbiased := 1.0
	if layout.Rows > 1 {
		unbiased = float64(layout.Rows) / float64(layout.Rows-1)
	} else {
		momentum = 0
	}
	for _, s := range []struct {
		buffer *graph.Buffer
		row    int // of the moments
		factor float64
	}{{n.mean, 0, 1}, {n.variance, 2, unbiased}} {
		r := running{s.row * layout.Parts(), momentum, s.factor}
		next, err := b.Apply(graph.Op{
			Name: "running-statistics", Shape: tensor.Shape{layout.Parts()}, Const: true,
			F32: following[float32](r), F64: following[float64](r),
		}, b.Buffer(s.buffer), m)
		if err != nil {
			return err
		}
		if err := b.Update(s.buffer, next); err != nil {
			return err
		}
	}
	return nil
}

// running is r ← (1 − momentum)·r + momentum·factor·new, with the new values from an element of the moments on.
type running struct {
	from             int
	momentum, factor float64
}

func following[T graph.Float](r running) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		if r.momentum == 0 {
			copy(out, in[0])
			return
		}
		for i, v := range in[1][r.from:][:len(out)] {
			out[i] = T(float64((1-r.momentum)*float64(in[0][i])) + float64(r.momentum*r.factor*float64(v)))
		}
	}
}
