package trainer

import (
	"encoding"
	"fmt"

	"github.com/gokfac/gokfac/internal/codec"
)

var (
	_ encoding.BinaryMarshaler   = (*Model)(nil)
	_ encoding.BinaryUnmarshaler = (*Model)(nil)
)

// modelVersion is of Model.fields: any change there is another version.
const modelVersion = 1

func (m *Model) fields() []codec.Field {
	fields := []codec.Field{{Name: "dropout", Value: m.dropout}, {Name: "sample", Value: m.sample}}
	for _, p := range m.params {
		fields = append(fields, codec.Field{Name: "parameter " + p.Name, Value: p.Value})
	}
	for _, b := range m.buffers {
		fields = append(fields, codec.Field{Name: "buffer " + b.Name, Value: b.Value})
	}
	return fields
}

// MarshalBinary encodes parameters, buffers and the generators of dropout masks and
// sampled targets. Layers, loss and configuration are not part of it.
func (m *Model) MarshalBinary() ([]byte, error) {
	data, err := codec.Encode("model", modelVersion, m.fields())
	if err != nil {
		return nil, fmt.Errorf("trainer: %w", err)
	}
	return data, nil
}

// UnmarshalBinary gives the model the parameters and generators written by
// MarshalBinary: the next Batch has the masks and draws the targets that the
// next one had there. An objective from an earlier Batch is of no use then. It
// fails, and leaves the model as it is, if data are malformed or belong to a
// model with parameters of other names, shapes or type.
func (m *Model) UnmarshalBinary(data []byte) error {
	if err := codec.Decode(data, "model", modelVersion, m.fields()); err != nil {
		return fmt.Errorf("trainer: %w", err)
	}
	return nil
}
