package vector

import "unsafe"

// Bytes returns the memory of x, in the order of bytes that the machine has.
func Bytes[T float32 | float64](x []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(*new(T))))
}
