package trainer

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

var errNoParts = errors.New("trainer: a mini-batch of no parts: Add comes first")

// Accumulation makes one mini-batch of K parts, for a mini-batch whose activations do
// not fit in memory. Every optimizer takes the step on it that it would take on the
// whole: loss, gradient, curvature and products are sums over the parts,
//
//	h = Σ (N_k/N)·h_k,  N = Σ N_k,
//
// for parts of N_k examples each. K-FAC's factors are summed in the same way.
//
// A loop of one's own calls Reset, Add for each part, and MiniBatch, which it gives to
// the optimizer; or Next, which takes the parts from a [Source].
//
// Memory: the inputs and targets of all parts are copied, in the model's float type. The
// activations are those of one part, or of one for each different number of examples.
// Gradients are summed in one more direction of the size of all parameters, and K-FAC
// keeps one more set of a mini-batch's statistics.
//
// Time: each pass runs once for every part. A product with the Fisher matrix repeats the
// forward pass, since another part was in the graph since.
//
// Dropout masks are drawn once for each part and step: a pass that comes back to a part
// sets the stream back to where it was, and draws the same masks. Masks and sampled
// targets come from the streams that serve the whole, in the order of the parts. With
// several dropout layers the whole draws other masks, since it draws each layer's for all
// examples at once.
//
// Buffers of layers, such as running statistics, take each part in once per step, as a
// mini-batch of its own. A layer that computes with the statistics of its mini-batch
// sees those of the part: for such a network the parts are not the whole.
//
// Observers see the taps of each part by themselves.
//
// An Accumulation serves one model and is not safe for concurrent use.
type Accumulation struct {
	model *Model
	parts []heldPart // memory is kept from step to step
	n     int        // parts in use; 0 of a mini-batch of one part that was not copied
	total int        // N
	whole int        // N, or in a group that of the shares of all processes

	uncopied place // of the examples of a mini-batch of one part that was not copied

	rows *ownRows // of a process of a group; nil: there is none

	taps        []*graph.Tap   // of the first part
	looseParams []*graph.Param // of the model

	grads graph.Direction // the parameters' gradients; nil before the first use
	sum   graph.Direction // Σ (N_k/N)·∇h_k
	loose graph.Direction // the loose gradients of a pass
	gram  mat.SymDense

	// What a curvature pass over the parts is in the middle of.
	est   graph.FisherEstimator
	at    int // index of the part
	pass  graph.CurvaturePass
	visit func(*graph.CurvaturePass) error
	// Method values, kept because making one allocates: showPart and partCurvature.
	show      func(*graph.CurvaturePass) error
	curvature func(o *objective) (float64, error)

	sample rand.PCG     // where the masks of products over a piece of a part begin
	pieced bool         // such masks have been drawn
	before bufferValues // buffers before the first part
}

var _ MiniBatch = (*Accumulation)(nil)

// NewAccumulation returns an accumulation without parts.
func NewAccumulation(m *Model) *Accumulation {
	a := &Accumulation{model: m}
	a.show, a.curvature = a.showPart, a.partCurvature
	return a
}

// Reset removes all parts. It ends the last mini-batch.
func (a *Accumulation) Reset() {
	a.n, a.total, a.whole, a.pieced = 0, 0, 0, false
	a.model.streams.Places.Active = false
}

// Add adds a part: x of N_k examples, with targets as in [Model.Batch]. They are copied.
func (a *Accumulation) Add(x, y *tensor.Dense, more ...*tensor.Dense) error {
	return a.add(x, y, more, place{})
}

// add is Add for the share at of a part. Its numbers are those in the part.
func (a *Accumulation) add(x, y *tensor.Dense, more []*tensor.Dense, at place) error {
	if y == nil {
		return errors.New("trainer: a part without targets")
	}
	c, err := a.model.bind(x, y, more, true)
	if err != nil {
		return fmt.Errorf("part %d: %w", a.n+1, err)
	}
	if a.n == 0 {
		a.taps, a.looseParams = c.objective.Taps(), c.objective.Loose()
	}
	if a.n == len(a.parts) {
		a.parts = append(a.parts, heldPart{})
	}
	a.parts[a.n].keep(c, at.after(a.whole, c.b.Batch))
	a.model.training = c
	a.n++
	a.total += at.counted(c.b.Batch)
	a.whole += at.whole(c.b.Batch)
	return nil
}

// MiniBatch returns the parts as an objective, valid until the next Reset. A single part
// is what Model.Batch makes of it.
func (a *Accumulation) MiniBatch() (MiniBatch, error) {
	switch a.n {
	case 0:
		return nil, errNoParts
	case 1:
		c, err := a.enter(0)
		if err != nil {
			return nil, err
		}
		return &c.objective, nil
	}
	return a, nil
}

// Next makes a mini-batch of the next mini-batches of src, as many as parts says, or
// fewer where the epoch ends. At the end of an epoch it begins another. Parts of 0 and 1
// give what Model.Batch does, without a copy.
func (a *Accumulation) Next(src Source, parts int) (MiniBatch, error) {
	x, y, ok := first(src)
	if !ok {
		return nil, cmp.Or(failure(src), errNoBatch)
	}
	batch, _, err := a.take(src, parts, x, y)
	return batch, err
}

// take is Next from the first mini-batch on. It reports whether it has seen the end of the epoch.
func (a *Accumulation) take(src Source, parts int, x, y *tensor.Dense) (batch MiniBatch, over bool, err error) {
	a.Reset()
	if parts <= 1 {
		batch, err = a.only(src, x, y)
		return batch, false, err
	}
	for ok := true; ok; {
		ownX, ownY, more, at, err := a.own(src, x, y)
		if err != nil {
			return nil, false, err
		}
		if err := a.add(ownX, ownY, more, at); err != nil {
			return nil, false, err
		}
		if a.n == parts {
			break
		}
		if x, y, ok = src.Next(); !ok {
			over = true
			if err := failure(src); err != nil {
				return nil, over, err
			}
		}
	}
	batch, err = a.MiniBatch()
	return batch, over, err
}

// only makes a mini-batch of one part, without a copy.
func (a *Accumulation) only(src Source, x, y *tensor.Dense) (MiniBatch, error) {
	x, y, more, at, err := a.own(src, x, y)
	if err != nil {
		return nil, err
	}
	return a.single(x, y, more, at)
}

// single is a mini-batch of one part, of which these are the process's examples.
func (a *Accumulation) single(x, y *tensor.Dense, more []*tensor.Dense, at place) (MiniBatch, error) {
	batch, err := a.model.Batch(x, y, more...)
	if err != nil {
		return nil, err
	}
	a.total, a.whole = at.counted(batch.Examples()), at.whole(batch.Examples())
	a.uncopied = at.after(0, batch.Examples())
	a.model.stand(a.uncopied)
	return batch, nil
}

// own is the process's share of a mini-batch of src: all of it, without a group.
func (a *Accumulation) own(src Source, x, y *tensor.Dense) (ownX, ownY *tensor.Dense, more []*tensor.Dense, at place, err error) {
	if a.rows == nil {
		return x, y, moreOf(src), place{}, nil
	}
	if s, ok := src.(SharedSource); ok {
		if at.first, at.step, at.of = s.Share(); at.step > 1 {
			return x, y, moreOf(src), at, nil
		}
	}
	return a.rows.cut(x, y, moreOf(src))
}

// Targets are the targets of the last part that was in the graph, in the model's float
// type and the loss's shape. They are valid until the next pass.
func (a *Accumulation) Targets() *tensor.Dense {
	if a.model.training == nil {
		return nil
	}
	return a.model.training.y
}
