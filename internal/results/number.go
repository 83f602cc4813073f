package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
)

// Number is a measured value; null in JSON, which has no NaN and no infinity,
// where it was not measured.
type Number float64

// MarshalJSON writes null for NaN and infinities.
func (n Number) MarshalJSON() ([]byte, error) {
	if v := float64(n); !math.IsNaN(v) && !math.IsInf(v, 0) {
		return json.Marshal(v)
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads null as NaN.
func (n *Number) UnmarshalJSON(text []byte) error {
	*n = Number(math.NaN())
	if string(text) == "null" {
		return nil
	}
	return json.Unmarshal(text, (*float64)(n))
}

// Fields is a JSON object whose names keep their order.
type Fields[V any] []Field[V]

// Field is one name with its value.
type Field[V any] struct {
	Name  string
	Value V
}

// Get returns the value of a name.
func (f Fields[V]) Get(name string) (v V, ok bool) {
	for _, field := range f {
		if field.Name == name {
			return field.Value, true
		}
	}
	return v, false
}

// MarshalJSON writes the fields in order.
func (f Fields[V]) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, field := range f {
		if i > 0 {
			b = append(b, ',')
		}
		name, err := json.Marshal(field.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(field.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", field.Name, err)
		}
		b = append(append(append(b, name...), ':'), value...)
	}
	return append(b, '}'), nil
}

// UnmarshalJSON reads the fields in the order of the text.
func (f *Fields[V]) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	open, err := d.Token()
	if err != nil {
		return err
	}
	if open != json.Delim('{') {
		return fmt.Errorf("want an object, not %.40q", text) // on one line, whatever the file has
	}
	*f = nil
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var v V
		if err := d.Decode(&v); err != nil {
			return fmt.Errorf("%v: %w", name, err)
		}
		*f = append(*f, Field[V]{name.(string), v})
	}
	return nil
}
