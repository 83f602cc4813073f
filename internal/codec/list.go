package codec

import (
	"encoding/binary"
	"fmt"
	"math"
)

// EncodeList joins items of any length and number, for a field of type *[]byte: each is
// a uint64 length and as many bytes.
func EncodeList(items [][]byte) []byte {
	size := 0
	for _, item := range items {
		size += 8 + len(item)
	}
	data := make([]byte, 0, size)
	for _, item := range items {
		data = append(binary.LittleEndian.AppendUint64(data, uint64(len(item))), item...)
	}
	return data
}

// DecodeList takes what EncodeList has joined apart. The items share data's memory.
func DecodeList(data []byte) ([][]byte, error) {
	var items [][]byte
	for r := (reader{rest: data}); len(r.rest) > 0; {
		item := r.take(r.uint64())
		if r.failed {
			return nil, errMalformed
		}
		items = append(items, item)
	}
	return items, nil
}

// EncodeFloats is numbers of any count, for a field of type *[]byte: their bits.
func EncodeFloats(x []float64) []byte {
	data := make([]byte, 0, 8*len(x))
	for _, v := range x {
		data = binary.LittleEndian.AppendUint64(data, math.Float64bits(v))
	}
	return data
}

// DecodeFloats reads what EncodeFloats has written.
func DecodeFloats(data []byte) ([]float64, error) {
	if len(data)%8 != 0 {
		return nil, fmt.Errorf("%w: %d bytes of float64s", errMalformed, len(data))
	}
	x := make([]float64, len(data)/8)
	for i := range x {
		x[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
	}
	return x, nil
}
