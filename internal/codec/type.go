package codec

import (
	"fmt"
	"strconv"
	"strings"
)

// valueType is the number of a field's type in the format.
type valueType uint8

const (
	typeInt valueType = iota + 1
	typeUint64
	typeFloat64
	typeBool
	typeString
	typeBytes
	typeFloat32s // a tensor, or a slice whose shape is its length
	typeFloat64s
	typeGenerator
)

// anySize reports whether the length of a value may change when it is restored.
func (t valueType) anySize() bool { return t == typeString || t == typeBytes }

// wordSize returns the bytes of one element of a float type.
func (t valueType) wordSize() int {
	if t == typeFloat32s {
		return 4
	}
	return 8
}

func (t valueType) String() string {
	switch t {
	case typeInt:
		return "int"
	case typeUint64:
		return "uint64"
	case typeFloat64:
		return "float64"
	case typeBool:
		return "bool"
	case typeString:
		return "string"
	case typeBytes:
		return "bytes"
	case typeFloat32s:
		return "float32s"
	case typeFloat64s:
		return "float64s"
	case typeGenerator:
		return "random generator"
	}
	return fmt.Sprintf("type %d", uint8(t))
}

// describe writes a type and a shape, such as "785×500 float32s".
func describe(typ valueType, shape []int) string {
	if len(shape) == 0 {
		return typ.String()
	}
	dims := make([]string, len(shape))
	for i, d := range shape {
		dims[i] = strconv.Itoa(d)
	}
	return strings.Join(dims, "×") + " " + typ.String()
}
