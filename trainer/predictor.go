package trainer

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/parallel"
	"github.com/gokfac/gokfac/scaling"
)

// Predictor predicts from raw examples with a model in evaluation mode. It scales values by Preparation.Inputs, and turns
// outputs back by Preparation.Targets.
//
// It is safe for concurrent use: graphs, of which there are as many as there are callers at once, but no more than
// GOMAXPROCS or the quota of processor time allows for each batch size, share the weights. Examples are cut into batches
// of 1, 4, 8, 12, 16, 24, … 512, the last of which may be filled up. This changes nothing: with the layers and losses of
// this module an example's prediction has the same bits whatever comes with it. A layer of one's own whose kernels sum in
// another order for another batch size gives it the accuracy of these sums.
//
// The weights are the model's own. The model may be trained between predictions, which then see the new weights, but
// never at the same time: that is a data race. [Predictor.Snapshot] is for predictions during training.
type Predictor struct {
	model    *Model
	prepared Preparation
	inputs   scaling.Prepared
	features int      // values of an example
	outputs  int      // values of a prediction
	names    []string // of the classes; nil where values are predicted
	graphs   *graphPool
	scalers  *parallel.Pool[scalingJob]
}

// NewPredictor returns a predictor on the model's weights, for raw examples that p describes. It fails if p does not fit
// the model: names and scalings have one element for each column, or none, and scalings may have one for all.
//
// A model predicts classes if its loss takes a label for each example, of shape N, and it has several outputs, as with
// softmax cross-entropy. Of other models, which predict values, p.Classes is not used.
func NewPredictor(m *Model, p Preparation) (*Predictor, error) {
	if m == nil {
		return nil, errors.New("trainer: a predictor needs a model")
	}
	r := &Predictor{scalers: parallel.NewPool[scalingJob](), model: m, prepared: p.clone(), features: tensor.Shape(m.cfg.Input).TotalSize(), outputs: m.means}
	targets, err := m.loss.TargetShape(m.outputs)
	if err != nil {
		return nil, err
	}
	if targets.Dims() == 1 && r.outputs > 1 {
		r.names = p.Classes
		if r.names == nil {
			for i := range r.outputs {
				r.names = append(r.names, strconv.Itoa(i))
			}
		}
		r.names = slices.Clone(r.names)
	}
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("trainer: predictor: %w", err)
	}
	r.inputs = r.prepared.Inputs.Prepare()
	r.graphs, err = newGraphPool(m, nil)
	return r, err
}

// check compares the preparation with the model.
func (r *Predictor) check() error {
	p := r.prepared
	if err := checkScaling("inputs", p.Inputs, r.features); err != nil {
		return err
	}
	if err := checkScaling("targets", p.Targets, r.outputs); err != nil {
		return err
	}
	switch {
	case p.Features != nil && len(p.Features) != r.features:
		return fmt.Errorf("%d names of features: the model takes %d values", len(p.Features), r.features)
	case r.names != nil && len(r.names) != r.outputs:
		return fmt.Errorf("%d names of classes: the model has %d outputs", len(r.names), r.outputs)
	case r.names != nil && len(p.Targets.Mean) > 0:
		return errors.New("a scaling of targets: the model predicts classes")
	case r.names == nil && p.Values != nil && len(p.Values) != r.outputs:
		return fmt.Errorf("%d names of values: the model has %d outputs", len(p.Values), r.outputs)
	}
	return nil
}

func checkScaling(what string, s scaling.Scaling, columns int) error {
	switch n := len(s.Mean); {
	case n != len(s.Deviation):
		return fmt.Errorf("scaling of %s: %d means and %d deviations: want as many", what, n, len(s.Deviation))
	case n > 1 && n != columns:
		return fmt.Errorf("scaling of %s: %d columns: the model has %d", what, n, columns)
	case !(s.Bound >= 0):
		return fmt.Errorf("scaling of %s: bound %v: want a number ≥ 0", what, s.Bound)
	}
	for _, v := range slices.Concat(s.Mean, s.Deviation) {
		if v-v != 0 {
			return fmt.Errorf("scaling of %s: %v: want finite numbers", what, v)
		}
	}
	return nil
}

// Snapshot returns a predictor on a copy of the present weights, for the model to be trained on while it predicts. It
// must not be called during a step. Within the function that [Averager.Averaged] calls, the copy is of the averaged
// weights.
func (r *Predictor) Snapshot() (*Predictor, error) {
	copies := &weights{params: map[*graph.Param]*tensor.Dense{}, buffers: map[*graph.Buffer]*tensor.Dense{}}
	for _, p := range r.model.params {
		copies.params[p] = p.Value.Clone().(*tensor.Dense)
	}
	for _, b := range r.model.buffers {
		copies.buffers[b] = b.Value.Clone().(*tensor.Dense)
	}
	if own := r.graphs.weights; own != nil { // of a snapshot: it does not change any more
		copies = own
	}
	s := *r
	var err error
	s.graphs, err = newGraphPool(r.model, copies)
	return &s, err
}

// Preparation returns what the predictor was made for, on memory of its own.
func (r *Predictor) Preparation() Preparation { return r.prepared.clone() }

// Features is the number of values of an example.
func (r *Predictor) Features() int { return r.features }

// Outputs is the number of values of a prediction: of classes, if it is of classes.
func (r *Predictor) Outputs() int { return r.outputs }

// Classes are the names of the classes, by number; nil if the model predicts values.
func (r *Predictor) Classes() []string { return slices.Clone(r.names) }

func (p Preparation) clone() Preparation {
	for _, s := range []*scaling.Scaling{&p.Inputs, &p.Targets} {
		s.Mean, s.Deviation = slices.Clone(s.Mean), slices.Clone(s.Deviation)
	}
	for _, names := range []*[]string{&p.Features, &p.Classes, &p.Values} {
		*names = slices.Clone(*names)
	}
	return p
}
