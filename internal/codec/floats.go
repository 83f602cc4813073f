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

// Rows is the value of a field whose length may change when it is restored: up to Most rows
// of Width elements in Data.
type Rows[T float32 | float64] struct {
	Data        *[]T
	Width, Most int
}

// rows is a slot for the elements of v.
func rows[T float32 | float64](typ valueType, v *Rows[T]) slot {
	s := floats(typ, *v.Data, len(*v.Data)/v.Width, v.Width)
	s.most = v.Most
	s.read = func(b []byte) {
		x := make([]T, len(b)/binary.Size(T(0)))
		_, _ = binary.Decode(b, binary.LittleEndian, x)
		*v.Data = x
	}
	return s
}
