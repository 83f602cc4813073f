package onnxproto

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/gokfac/gokfac/internal/float16"
)

// DataType is the type of a tensor's elements.
type DataType int32

// The types by their numbers in TensorProto.DataType.
const (
	Undefined  DataType = 0
	Float      DataType = 1
	Uint8      DataType = 2
	Int8       DataType = 3
	Uint16     DataType = 4
	Int16      DataType = 5
	Int32      DataType = 6
	Int64      DataType = 7
	String     DataType = 8
	Bool       DataType = 9
	Float16    DataType = 10
	Double     DataType = 11
	Uint32     DataType = 12
	Uint64     DataType = 13
	Complex64  DataType = 14
	Complex128 DataType = 15
	BFloat16   DataType = 16
)

var typeNames = [...]string{"undefined", "float", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool",
	"float16", "double", "uint32", "uint64", "complex64", "complex128", "bfloat16"}

// String is the type's name in ONNX's documents, in lower case.
func (t DataType) String() string {
	if t >= 0 && int(t) < len(typeNames) {
		return typeNames[t]
	}
	return fmt.Sprintf("type %d", int32(t))
}

// size is the number of bytes of an element in Raw, 0 for a type without such a form here.
func (t DataType) size() int {
	switch t {
	case Uint8, Int8, Bool:
		return 1
	case Uint16, Int16, Float16, BFloat16:
		return 2
	case Float, Int32, Uint32:
		return 4
	case Double, Int64, Uint64:
		return 8
	}
	return 0
}

// Tensor is a TensorProto: numbers with a shape, row-major. They lie in Raw, little-endian, or in the list for their
// type, as onnx.proto says: Floats for Float, Doubles for Double, Int64s for Int64, Uint64s for Uint32 and Uint64, and
// Int32s for Int32 and everything that is smaller (a Float16 and a BFloat16 as its 16 bits).
type Tensor struct {
	Name, Doc string
	Type      DataType
	Dims      []int64 // none for a scalar
	Raw       []byte  // of a decoded tensor, a part of the bytes that were decoded
	Floats    []float32
	Int32s    []int32
	Int64s    []int64
	Doubles   []float64
	Uint64s   []uint64
	Strings   []string // any bytes
	External  bool     // the numbers lie in another file; they are not read, and such a tensor cannot be written
}

// NewFloat is a tensor of float32 numbers.
func NewFloat(name string, values []float32, dims ...int64) *Tensor {
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return &Tensor{Name: name, Type: Float, Dims: dims, Raw: raw}
}

// NewDouble is a tensor of float64 numbers.
func NewDouble(name string, values []float64, dims ...int64) *Tensor {
	raw := make([]byte, 0, 8*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
	}
	return &Tensor{Name: name, Type: Double, Dims: dims, Raw: raw}
}

// NewInt64 is a tensor of integers.
func NewInt64(name string, values []int64, dims ...int64) *Tensor {
	raw := make([]byte, 0, 8*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	return &Tensor{Name: name, Type: Int64, Dims: dims, Raw: raw}
}

// Len is the number of elements that the shape names. A size below 0 and a number beyond an int64 are errors.
func (t *Tensor) Len() (int64, error) {
	n, zero := int64(1), false
	for _, d := range t.Dims {
		switch {
		case d < 0:
			return 0, fmt.Errorf("tensor %.80q: the shape %v has a size below 0", t.Name, short(t.Dims))
		case d == 0:
			zero = true
		case n > math.MaxInt64/d:
			return 0, fmt.Errorf("tensor %.80q: the shape %v has more elements than can be counted", t.Name, short(t.Dims))
		default:
			n *= d
		}
	}
	if zero {
		return 0, nil
	}
	return n, nil
}

// short keeps a message of a hostile shape on one line.
func short(dims []int64) []int64 { return dims[:min(len(dims), 8)] }

// Float64s are the elements as float64 numbers, whichever type and form they are stored in. It is an error if their
// number is not the shape's, if they lie in another file, or if an integer is not exact in a float64.
func (t *Tensor) Float64s() ([]float64, error) {
	n, err := t.stored()
	if err != nil {
		return nil, err
	}
	out := make([]float64, n)
	for i := range out {
		switch t.Type {
		case Float:
			out[i] = float64(at(t, t.Floats, i, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }))
		case Double:
			out[i] = at(t, t.Doubles, i, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) })
		case Float16:
			out[i] = float16.Half(uint16(t.integer(i)))
		case BFloat16:
			out[i] = float16.Brain(uint16(t.integer(i)))
		default:
			v := t.integer(i)
			if t.Type == Uint64 && uint64(v) > 1<<53 || v > 1<<53 || v < -1<<53 {
				return nil, fmt.Errorf("tensor %.80q: element %d is no float64: it is beyond 2⁵³", t.Name, i)
			}
			out[i] = float64(v)
		}
	}
	return out, nil
}

// Integers are the elements of a tensor of integers or truth values (0 and 1). Errors are those of [Tensor.Float64s], a
// type of fractions, and a number beyond an int64.
func (t *Tensor) Integers() ([]int64, error) {
	switch t.Type {
	case Float, Double, Float16, BFloat16:
		return nil, fmt.Errorf("tensor %.80q: its elements are of type %s, and integers are needed", t.Name, t.Type)
	}
	n, err := t.stored()
	if err != nil {
		return nil, err
	}
	out := make([]int64, n)
	for i := range out {
		if out[i] = t.integer(i); t.Type == Uint64 && out[i] < 0 {
			return nil, fmt.Errorf("tensor %.80q: element %d is beyond 2⁶³", t.Name, i)
		}
	}
	return out, nil
}

// stored checks that the tensor holds as many elements as its shape names, and returns their number.
func (t *Tensor) stored() (int, error) {
	n, err := t.Len()
	if err != nil {
		return 0, err
	}
	size := t.Type.size()
	if size == 0 {
		return 0, fmt.Errorf("tensor %.80q: elements of type %s cannot be read", t.Name, t.Type)
	}
	if t.External {
		return 0, fmt.Errorf("tensor %.80q: its elements lie in another file (external data), which is not read; save the model as one file", t.Name)
	}
	held := len(t.Raw) / size
	if len(t.Raw)%size != 0 {
		return 0, fmt.Errorf("tensor %.80q: %d bytes of raw data are no whole number of elements of type %s", t.Name, len(t.Raw), t.Type)
	}
	if len(t.Raw) == 0 {
		held = t.listed()
	}
	if n != int64(held) {
		return 0, fmt.Errorf("tensor %.80q: the shape %v has %d elements, the data %d", t.Name, short(t.Dims), n, held)
	}
	return held, nil
}

// listed is the length of the list for the tensor's type.
func (t *Tensor) listed() int {
	switch t.Type {
	case Float:
		return len(t.Floats)
	case Double:
		return len(t.Doubles)
	case Int64:
		return len(t.Int64s)
	case Uint32, Uint64:
		return len(t.Uint64s)
	}
	return len(t.Int32s)
}

// at is element i of a list, or of the raw data if there are any.
func at[T any](t *Tensor, list []T, i int, raw func([]byte) T) T {
	if len(t.Raw) == 0 {
		return list[i]
	}
	return raw(t.Raw[i*t.Type.size():])
}

// integer is element i of a tensor whose elements are integers, truth values or the bits of a short float. A uint64
// beyond an int64 comes out below 0.
func (t *Tensor) integer(i int) int64 {
	le := binary.LittleEndian
	switch t.Type {
	case Int64:
		return at(t, t.Int64s, i, func(b []byte) int64 { return int64(le.Uint64(b)) })
	case Uint64:
		return int64(at(t, t.Uint64s, i, le.Uint64))
	case Uint32:
		return int64(uint32(at(t, t.Uint64s, i, func(b []byte) uint64 { return uint64(le.Uint32(b)) })))
	}
	return int64(at(t, t.Int32s, i, func(b []byte) int32 {
		switch t.Type {
		case Int32:
			return int32(le.Uint32(b))
		case Int16:
			return int32(int16(le.Uint16(b)))
		case Uint16, Float16, BFloat16:
			return int32(le.Uint16(b))
		case Int8:
			return int32(int8(b[0]))
		}
		return int32(b[0])
	}))
}
