package codec

import (
	"encoding/binary"
	"math"
	"slices"
)

func singles(x []float32, shape ...int) slot {
	return slot{
		typ: typeFloat32s, shape: shape, size: 4 * len(x),
		write: func(b []byte) []byte { return appendSingles(b, x) },
		read:  func(b []byte) { readSingles(x, b) },
	}
}

func appendSingles(b []byte, x []float32) []byte {
	n := len(b)
	b = slices.Grow(b, 4*len(x))[:n+4*len(x)]
	tail := b[n:]
	for i, v := range x {
		binary.LittleEndian.PutUint32(tail[4*i:], math.Float32bits(v))
	}
	return b
}

func readSingles(x []float32, b []byte) {
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
}

func doubles(x []float64, shape ...int) slot {
	return slot{
		typ: typeFloat64s, shape: shape, size: 8 * len(x),
		write: func(b []byte) []byte { return appendDoubles(b, x) },
		read:  func(b []byte) { readDoubles(x, b) },
	}
}

func appendDoubles(b []byte, x []float64) []byte {
	n := len(b)
	b = slices.Grow(b, 8*len(x))[:n+8*len(x)]
	tail := b[n:]
	for i, v := range x {
		binary.LittleEndian.PutUint64(tail[8*i:], math.Float64bits(v))
	}
	return b
}

func readDoubles(x []float64, b []byte) {
	for i := range x {
		x[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
}
