package kfac

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/graph"
)

// block is the curvature of one tap and the update of its parameters.
type block interface {
	accumulate(t *graph.Tap, first bool)
	finite() bool
	fold(keep float64)
	inversions(gamma float64) []inversion
	renew() (retries int, ok bool)
	precondition(t *graph.Tap, scale float64, dataOnly bool)
	products() (vv, uu, vu float64)
	step(alpha, mu, nu float64) (vv float64)
	decay(alpha, shrink float64)
	model() (vd, dd, dfd float64)
}

// measure computes loss and gradient and, when it is due, folds the batch's
// curvature into the averages.
func (o *Optimizer) measure(obj graph.Objective) (float64, error) {
	if o.params != nil && !slices.Equal(o.params, obj.Params()) {
		return 0, errors.New("kfac: an optimizer serves one model: make another one for these parameters")
	}
	if o.steps%o.cfg.FactorUpdateSteps != 0 && o.steps >= 3 {
		loss, err := obj.Grad()
		if err != nil {
			return loss, err
		}
		return loss, graph.CheckGradients(loss, obj.Params())
	}
	o.passes = 0
	loss, err := obj.Curvature(o.cfg.Estimator, o.visit)
	if err != nil {
		return loss, err
	}
	if err := graph.CheckGradients(loss, obj.Params()); err != nil {
		return loss, err
	}
	if err := o.covers(obj.Params()); err != nil {
		return loss, err
	}
	for _, b := range o.blocks {
		if !b.finite() {
			return loss, &graph.NonFiniteError{Loss: loss, Gradient: true}
		}
	}
	o.folds++
	for _, b := range o.blocks {
		b.fold(decayAt(o.folds, o.cfg.FactorDecay))
	}
	return loss, nil
}

// accumulate adds one pass over the taps to the batch's curvature.
func (o *Optimizer) accumulate(taps []*graph.Tap) error {
	if o.blocks == nil {
		if err := o.build(taps); err != nil {
			return err
		}
	}
	for _, t := range taps {
		b, err := o.blockOf(t)
		if err != nil {
			return err
		}
		b.accumulate(t, o.passes == 0)
	}
	o.passes++
	return nil
}

func (o *Optimizer) blockOf(t *graph.Tap) (block, error) {
	i, ok := o.owner[t.Weight]
	if !ok {
		return nil, fmt.Errorf("kfac: tap %s is new: an optimizer serves one model", t.Name)
	}
	return o.blocks[i], nil
}

// build makes the blocks from the first taps seen.
func (o *Optimizer) build(taps []*graph.Tap) error {
	owner := map[*graph.Param]int{}
	var blocks []block
	for _, t := range taps {
		if _, ok := owner[t.Weight]; ok {
			return fmt.Errorf("kfac: layer %s is used twice: K-FAC has no curvature for shared weights", t.Name)
		}
		owner[t.Weight] = len(blocks)
		if t.Weight.Value.Dtype() == graph.Float32 {
			blocks = append(blocks, newKronecker[float32](t))
		} else {
			blocks = append(blocks, newKronecker[float64](t))
		}
		if t.Bias != nil {
			owner[t.Bias] = len(blocks) - 1
		}
	}
	o.owner, o.blocks = owner, blocks
	return nil
}

// covers returns an error unless the parameters and what is under the taps are
// the same.
func (o *Optimizer) covers(params []*graph.Param) error {
	if o.params != nil {
		return nil
	}
	for _, p := range params {
		if _, ok := o.owner[p]; !ok {
			return fmt.Errorf("kfac: parameter %s is under no tap: its layer must declare one (graph.Builder.Tap) to be trained by K-FAC", p.Name)
		}
	}
	if len(params) != len(o.owner) {
		return fmt.Errorf("kfac: %d parameters under taps, but the objective has %d", len(o.owner), len(params))
	}
	o.params = slices.Clone(params)
	return nil
}
