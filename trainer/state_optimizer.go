package trainer

import (
	"encoding"
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec"
)

var (
	_ encoding.BinaryMarshaler   = (*SGD)(nil)
	_ encoding.BinaryUnmarshaler = (*SGD)(nil)
	_ encoding.BinaryMarshaler   = (*Adam)(nil)
	_ encoding.BinaryUnmarshaler = (*Adam)(nil)
	_ encoding.BinaryMarshaler   = (*Muon)(nil)
	_ encoding.BinaryUnmarshaler = (*Muon)(nil)
	_ encoding.BinaryMarshaler   = (*Shampoo)(nil)
	_ encoding.BinaryUnmarshaler = (*Shampoo)(nil)
	_ encoding.BinaryMarshaler   = (*SOAP)(nil)
	_ encoding.BinaryUnmarshaler = (*SOAP)(nil)
)

// optimizerVersion is of the fields of the optimizers here, and of their moments.
const optimizerVersion = 1

func (o *SGD) fields() []codec.Field {
	return []codec.Field{{Name: "learning rate", Value: &o.alpha}}
}

func (o *Adam) fields() []codec.Field    { return stepped(&o.alpha, &o.t) }
func (o *Muon) fields() []codec.Field    { return stepped(&o.alpha, &o.t) }
func (o *Shampoo) fields() []codec.Field { return stepped(&o.alpha, &o.t) }
func (o *SOAP) fields() []codec.Field    { return stepped(&o.alpha, &o.t) }

// stepped are the fields of an optimizer that counts its steps.
func stepped(alpha *float64, t *uint64) []codec.Field {
	return []codec.Field{{Name: "learning rate", Value: alpha}, {Name: "steps", Value: t}}
}

// MarshalBinary encodes the learning rate and the velocities. The rest of the
// configuration is not part of it.
func (o *SGD) MarshalBinary() ([]byte, error) { return o.marshal(o.fields()) }

// UnmarshalBinary gives the optimizer the state written by MarshalBinary. It
// fails, and leaves the optimizer as it is, if data are malformed, of another
// optimizer, or of other parameters. An optimizer that has not stepped knows no
// parameters: then it is the first Step that fails, as often as it is given
// parameters that do not fit, and the state stays.
func (o *SGD) UnmarshalBinary(data []byte) error {
	next := *o
	if err := next.unmarshal(data, next.fields()); err != nil {
		return err
	}
	*o = next
	return nil
}

// MarshalBinary encodes the learning rate, the moments and the number of steps
// in them. The rest of the configuration is not part of it.
func (o *Adam) MarshalBinary() ([]byte, error) { return o.marshal(o.fields()) }

// UnmarshalBinary gives the optimizer the state written by MarshalBinary, or
// fails, as that of [SGD] does.
func (o *Adam) UnmarshalBinary(data []byte) error {
	next := *o
	if err := next.unmarshal(data, next.fields()); err != nil {
		return err
	}
	*o = next
	return nil
}

// MarshalBinary encodes the learning rate, the momentum and the moments, and the number
// of steps in them. The rest of the configuration is not part of it.
func (o *Muon) MarshalBinary() ([]byte, error) { return o.marshal(o.fields()) }

// UnmarshalBinary gives the optimizer the state written by MarshalBinary, or
// fails, as that of [SGD] does. A state fits settings that keep as much: LastLayer
// must agree.
func (o *Muon) UnmarshalBinary(data []byte) error {
	next := *o
	if err := next.unmarshal(data, next.fields()); err != nil {
		return err
	}
	*o = next
	return nil
}

// MarshalBinary encodes the learning rate, the averages with their roots, and the number
// of steps in them. The rest of the configuration is not part of it.
func (o *Shampoo) MarshalBinary() ([]byte, error) { return o.marshal(o.fields()) }

// UnmarshalBinary gives the optimizer the state written by MarshalBinary, or
// fails, as that of [SGD] does. A state fits settings that keep as much: Momentum on or off, and MaxDimension,
// must agree.
func (o *Shampoo) UnmarshalBinary(data []byte) error {
	next := *o
	if err := next.unmarshal(data, next.fields()); err != nil {
		return err
	}
	*o = next
	return nil
}

// MarshalBinary encodes the learning rate, the averages with their bases, and the number
// of steps in them. The rest of the configuration is not part of it.
func (o *SOAP) MarshalBinary() ([]byte, error) { return o.marshal(o.fields()) }

// UnmarshalBinary gives the optimizer the state written by MarshalBinary, or
// fails, as that of [SGD] does. A state fits settings that keep as much: MaxDimension
// must agree.
func (o *SOAP) UnmarshalBinary(data []byte) error {
	next := *o
	if err := next.unmarshal(data, next.fields()); err != nil {
		return err
	}
	*o = next
	return nil
}

// marshal encodes an optimizer: its own fields, and within them the moments,
// which are empty before the first step.
func (o *owner) marshal(fields []codec.Field) ([]byte, error) {
	moments := o.pending
	if o.params != nil {
		var err error
		if moments, err = codec.Encode(o.kind+" moments", optimizerVersion, o.momentFields(o.params, o.moments)); err != nil {
			return nil, fmt.Errorf("trainer: %w", err)
		}
	}
	data, err := codec.Encode(o.kind, optimizerVersion, append(fields, codec.Field{Name: "moments", Value: &moments}))
	if err != nil {
		return nil, fmt.Errorf("trainer: %w", err)
	}
	return data, nil
}

// unmarshal decodes fields, which must be of a copy, and then the moments,
// which are restored in their place, all or none.
func (o *owner) unmarshal(data []byte, fields []codec.Field) error {
	var moments []byte
	if err := codec.Decode(data, o.kind, optimizerVersion, append(fields, codec.Field{Name: "moments", Value: &moments})); err != nil {
		return fmt.Errorf("trainer: %w", err)
	}
	switch {
	case o.params == nil:
		o.pending = moments
		return nil
	case len(moments) == 0:
		o.moments = o.zeros(o.params)
		return nil
	}
	return o.decodeMoments(moments, o.params, o.moments)
}

// adopt makes params the optimizer's, unless there are restored moments that
// do not fit them.
func (o *owner) adopt(params []*graph.Param) error {
	moments := o.zeros(params)
	if o.pending != nil {
		if err := o.decodeMoments(o.pending, params, moments); err != nil {
			return err
		}
	}
	o.params, o.moments, o.pending = slices.Clone(params), moments, nil
	return nil
}

func (o *owner) decodeMoments(data []byte, params []*graph.Param, moments []graph.Direction) error {
	if err := codec.Decode(data, o.kind+" moments", optimizerVersion, o.momentFields(params, moments)); err != nil {
		return fmt.Errorf("trainer: the state is of other parameters: %w", err)
	}
	return nil
}

func (o *owner) momentFields(params []*graph.Param, moments []graph.Direction) []codec.Field {
	var fields []codec.Field
	for i, name := range o.names {
		for j, p := range params {
			if moments[i][j] != nil {
				fields = append(fields, codec.Field{Name: name + " of " + p.Name, Value: moments[i][j]})
			}
		}
	}
	return fields
}
