package safetensors

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/gokfac/gokfac/internal/float16"
)

// DType is the type of a tensor's elements, by the format's name for it.
type DType string

// The types that can be read. Write writes F32 and F64.
const (
	F64  DType = "F64"
	F32  DType = "F32"
	F16  DType = "F16"  // IEEE's, of 5 bits of exponent
	BF16 DType = "BF16" // the upper half of an F32
	I64  DType = "I64"
	I32  DType = "I32"
	I16  DType = "I16"
	I8   DType = "I8"
	U8   DType = "U8"
)

// size is the number of bytes of an element; 0 for a type that is not known.
func (d DType) size() int64 {
	switch d {
	case F64, I64:
		return 8
	case F32, I32:
		return 4
	case F16, BF16, I16:
		return 2
	case I8, U8:
		return 1
	}
	return 0
}

// element is the first element of data, which float64 holds exactly unless it is an integer beyond 2⁵³: an error then.
func (d DType) element(data []byte) (float64, error) {
	le := binary.LittleEndian
	switch d {
	case F64:
		return math.Float64frombits(le.Uint64(data)), nil
	case F32:
		return float64(math.Float32frombits(le.Uint32(data))), nil
	case F16:
		return float16.Half(le.Uint16(data)), nil
	case BF16:
		return float16.Brain(le.Uint16(data)), nil
	case I32:
		return float64(int32(le.Uint32(data))), nil
	case I16:
		return float64(int16(le.Uint16(data))), nil
	case I8:
		return float64(int8(data[0])), nil
	case U8:
		return float64(data[0]), nil
	}
	i := int64(le.Uint64(data))
	if i > 1<<53 || i < -1<<53 {
		return 0, fmt.Errorf("the integer %d is no float64: it is beyond 2⁵³", i)
	}
	return float64(i), nil
}
