package kfac

import (
	"encoding"
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec"
)

var (
	_ encoding.BinaryMarshaler   = (*Optimizer)(nil)
	_ encoding.BinaryUnmarshaler = (*Optimizer)(nil)
)

// stateVersion is the version of the encoding.
const stateVersion = 5

// MarshalBinary encodes the state that later steps depend on: averages, inverses, λ, γ,
// α, μ and their period, the last update, the Polyak average and the counters. It does not encode the
// settings, nor the generator of sampled targets, which belongs to the model.
func (o *Optimizer) MarshalBinary() ([]byte, error) {
	body := o.pending
	if o.theta != nil {
		var err error
		if body, err = o.pre.encode(o.kind(), stateVersion, o.fields()); err != nil {
			return nil, fmt.Errorf("kfac: saving the state: %w", err)
		}
	}
	data, err := codec.Encode(o.kind(), stateVersion, envelope(&o.alpha, &body))
	if err != nil {
		return nil, fmt.Errorf("kfac: saving the state: %w", err)
	}
	return data, nil
}

// envelope lists the two parts of an encoded state: the learning rate, which needs no
// model, and the encoded fields of the model's state, which are empty before the first
// step.
func envelope(alpha *float64, body *[]byte) []Field {
	return []Field{{Name: "learning rate", Value: alpha}, {Name: "curvature", Value: body}}
}

// UnmarshalBinary restores a state that MarshalBinary wrote. Later steps repeat to the
// bit if the model and the data are restored as well. An optimizer that has not stepped
// yet keeps the state until its first step, which returns an error if the state does not
// fit the model. On an error nothing has changed.
func (o *Optimizer) UnmarshalBinary(data []byte) error {
	var alpha float64
	var body []byte
	if err := codec.Decode(data, o.kind(), stateVersion, envelope(&alpha, &body)); err != nil {
		return fmt.Errorf("kfac: restoring the state: %w", err)
	}
	if o.theta == nil {
		o.pending = body
	} else if len(body) == 0 && o.steps == 0 {
		// A state from before the first step: the memory that Adopt has allocated is as new.
	} else if err := o.restore(body); err != nil {
		return err
	}
	o.alpha = alpha
	return nil
}

// restore fills the optimizer and its preconditioner from the model's part of a state.
func (o *Optimizer) restore(body []byte) error {
	if err := o.pre.decode(body, o.kind(), stateVersion, o.fields()); err != nil {
		return fmt.Errorf("kfac: restoring the state: %w", err)
	}
	o.pre.established = o.steps > 0 && !o.pre.report.Missing
	return nil
}

// restorePending restores a state that was kept, once the blocks exist.
func (o *Optimizer) restorePending() error {
	if len(o.pending) == 0 {
		return nil
	}
	if err := o.restore(o.pending); err != nil {
		o.theta, o.pre.params = nil, nil // not built, so that the next step returns the error again
		return err
	}
	o.pending = nil
	return nil
}

// kind names the encoding. A state of another mode, structure or setting of weight sharing
// has another kind.
func (o *Optimizer) kind() string {
	return fmt.Sprintf("kfac optimizer, %s, %s%s", o.cfg.Mode, o.cfg.Structure, shared(o.cfg.Sharing))
}

// fields lists the memory that a saved state holds, but for the preconditioner's.
func (o *Optimizer) fields() []Field {
	list := []Field{
		{Name: "damping", Value: &o.lambda},
		{Name: "least damping", Value: &o.least},
		{Name: "gamma", Value: &o.gamma},
		{Name: "steps", Value: &o.steps},
		{Name: "averaged steps", Value: &o.averaged},
	}
	list = append(list, o.policy.fields()...)
	return append(list, o.directionFields("average", o.average)...)
}

// directionFields lists the parts of a direction, one per parameter.
func (o *Optimizer) directionFields(name string, d graph.Direction) []Field {
	var list []Field
	for i, x := range d {
		list = append(list, Field{Name: name + " " + o.pre.params[i].Name, Value: x})
	}
	return list
}
