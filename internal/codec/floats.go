package codec

import "encoding/binary"

// floats is a slot for the elements of x. They are written and read as bits, so a NaN keeps its payload.
func floats[T float32 | float64](typ valueType, x []T, shape ...int) slot {
	return slot{
		typ: typ, shape: shape, size: binary.Size(x),
		write: func(b []byte) []byte {
			b, _ = binary.Append(b, binary.LittleEndian, x) // only fails on types of unknown size
			return b
		},
		read: func(b []byte) { _, _ = binary.Decode(b, binary.LittleEndian, x) }, // the size has been checked
	}
}
