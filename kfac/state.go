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

const stateVersion = 4

// MarshalBinary encodes what the steps to come depend on: averages, inverses,
// λ, γ, α, μ, the last update, the Polyak average and the counters. The settings are
// not part of it, nor the generator of sampled targets, which is the model's.
func (o *Optimizer) MarshalBinary() ([]byte, error) {
	body := o.pending
	if o.theta != nil {
		var err error
		if body, err = codec.Encode(o.kind(), stateVersion, o.fields()); err != nil {
			return nil, fmt.Errorf("kfac: saving the state: %w", err)
		}
	}
	data, err := codec.Encode(o.kind(), stateVersion, envelope(&o.alpha, &body))
	if err != nil {
		return nil, fmt.Errorf("kfac: saving the state: %w", err)
	}
	return data, nil
}

// envelope is the state as it is written: what needs no model beside what does,
// which is empty before the first step.
func envelope(alpha *float64, body *[]byte) []Field {
	return []Field{{Name: "learning rate", Value: alpha}, {Name: "curvature", Value: body}}
}

// UnmarshalBinary continues from a state that MarshalBinary wrote, to the bit
// if the model and the data are continued as well. An optimizer that has not
// stepped yet keeps it until its first step, which is refused if the model is
// another one. On an error nothing has changed.
func (o *Optimizer) UnmarshalBinary(data []byte) error {
	var alpha float64
	var body []byte
	if err := codec.Decode(data, o.kind(), stateVersion, envelope(&alpha, &body)); err != nil {
		return fmt.Errorf("kfac: restoring the state: %w", err)
	}
	if o.theta == nil {
		o.pending = body
	} else if err := o.restore(body); err != nil {
		return err
	}
	o.alpha = alpha
	return nil
}

func (o *Optimizer) restore(body []byte) error {
	if err := codec.Decode(body, o.kind(), stateVersion, o.fields()); err != nil {
		return fmt.Errorf("kfac: restoring the state: %w", err)
	}
	o.pre.established = o.steps > 0
	return nil
}

// restorePending is called when the blocks are there.
func (o *Optimizer) restorePending() error {
	if len(o.pending) == 0 {
		return nil
	}
	if err := o.restore(o.pending); err != nil {
		o.theta, o.pre.params = nil, nil // not built: the next step says so again
		return err
	}
	o.pending = nil
	return nil
}

// kind tells states apart whose fields would mean different things.
func (o *Optimizer) kind() string {
	return fmt.Sprintf("kfac optimizer, %s, %s", o.cfg.Mode, o.cfg.Structure)
}

func (o *Optimizer) fields() []Field {
	list := []Field{
		{Name: "damping", Value: &o.lambda},
		{Name: "least damping", Value: &o.least},
		{Name: "gamma", Value: &o.gamma},
		{Name: "steps", Value: &o.steps},
		{Name: "averaged steps", Value: &o.averaged},
	}
	list = append(list, o.policy.fields()...)
	list = append(list, o.directionFields("average", o.average)...)
	return append(list, o.pre.fields()...)
}

func (o *Optimizer) directionFields(name string, d graph.Direction) []Field {
	var list []Field
	for i, x := range d {
		list = append(list, Field{Name: name + " " + o.pre.params[i].Name, Value: x})
	}
	return list
}
