package trainer

import (
	"encoding"
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec"
)

var (
	_ encoding.BinaryMarshaler   = (*EMA)(nil)
	_ encoding.BinaryUnmarshaler = (*EMA)(nil)
)

// emaVersion is of the fields below: any change there is another version.
const emaVersion = 1

func emaFields(t *uint64, average, inner *[]byte) []codec.Field {
	return []codec.Field{{Name: "steps", Value: t}, {Name: "average", Value: average}, {Name: "inner optimizer", Value: inner}}
}

func (o *EMA) averageFields(params []*graph.Param, average graph.Direction) []codec.Field {
	var fields []codec.Field
	for i, p := range params {
		fields = append(fields, codec.Field{Name: "average of " + p.Name, Value: average[i]})
	}
	for i, b := range o.cfg.Buffers {
		fields = append(fields, codec.Field{Name: "average of buffer " + b.Name, Value: average[len(params)+i]})
	}
	return fields
}

// MarshalBinary encodes the average, the number of steps in it, and within that the inner
// optimizer's state. It fails if the inner optimizer has no method MarshalBinary. The
// settings are not part of it.
func (o *EMA) MarshalBinary() ([]byte, error) {
	m, ok := o.inner.(encoding.BinaryMarshaler)
	if !ok {
		return nil, fmt.Errorf("trainer: the inner optimizer %T has no MarshalBinary", o.inner)
	}
	inner, err := m.MarshalBinary()
	if err != nil {
		return nil, err
	}
	average := o.pending
	if o.params != nil && o.t > 0 {
		if average, err = codec.Encode("EMA average", emaVersion, o.averageFields(o.params, o.average)); err != nil {
			return nil, fmt.Errorf("trainer: %w", err)
		}
	}
	t := o.t
	data, err := codec.Encode("EMA", emaVersion, emaFields(&t, &average, &inner))
	if err != nil {
		return nil, fmt.Errorf("trainer: %w", err)
	}
	return data, nil
}

// UnmarshalBinary gives the optimizer the state written by MarshalBinary, or fails, and
// leaves everything as it is, as that of [SGD] does. An optimizer that has not stepped
// knows no parameters: then it is the first step that fails, or Adopt.
func (o *EMA) UnmarshalBinary(data []byte) error {
	u, ok := o.inner.(encoding.BinaryUnmarshaler)
	if !ok {
		return fmt.Errorf("trainer: the inner optimizer %T has no UnmarshalBinary", o.inner)
	}
	var t uint64
	var average, inner []byte
	if err := codec.Decode(data, "EMA", emaVersion, emaFields(&t, &average, &inner)); err != nil {
		return fmt.Errorf("trainer: %w", err)
	}
	if (t > 0) != (len(average) > 0) || t > 1<<53 {
		return fmt.Errorf("trainer: EMA state: %d steps in an average of %d bytes: not written by an EMA", t, len(average))
	}
	next, pending := o.average, average
	if o.params != nil {
		memory, err := o.memoryFor(o.params)
		if err != nil {
			return err
		}
		if next, pending = memory.average, nil; len(average) > 0 {
			if err := o.decodeAverage(average, o.params, next); err != nil {
				return err
			}
		}
	}
	if err := u.UnmarshalBinary(inner); err != nil {
		return err
	}
	o.t, o.average, o.pending = t, next, pending
	return nil
}

func (o *EMA) decodeAverage(data []byte, params []*graph.Param, average graph.Direction) error {
	if err := codec.Decode(data, "EMA average", emaVersion, o.averageFields(params, average)); err != nil {
		return fmt.Errorf("trainer: the state is of other parameters: %w", err)
	}
	return nil
}
