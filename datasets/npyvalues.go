package datasets

import (
	"fmt"
	"io"
	"math"
)

// each reads the array's values and visits them in the order of the file. The stream must end after the last value.
func (h npyHeader) each(r io.Reader, visit func(v float64) error) error {
	decode := h.decoder()
	buf := make([]byte, 1<<16)
	for left := h.values; left > 0; {
		part := buf[:min(len(buf)/h.width, left)*h.width]
		if n, err := io.ReadFull(r, part); err != nil {
			return h.short(err, int64((h.values-left)*h.width+n))
		}
		for ; len(part) > 0; part = part[h.width:] {
			if err := visit(decode(part)); err != nil {
				return err
			}
			left--
		}
	}
	return expectEnd(r)
}

// short is the error of an array that ended after got bytes of values.
func (h npyHeader) short(err error, got int64) error {
	return shortRead(err, fmt.Sprintf("%d bytes of values", h.bytes()), h.bytes(), got)
}

func (h npyHeader) bytes() int64 { return int64(h.values) * int64(h.width) }

// decoder returns the function that reads one value. Integers beyond 2⁵³ are rounded: a feature is rounded to float32
// anyway, and a label is never so large.
func (h npyHeader) decoder() func([]byte) float64 {
	order := h.order
	switch h.dtype[1:] {
	case "i1":
		return func(b []byte) float64 { return float64(int8(b[0])) }
	case "u2":
		return func(b []byte) float64 { return float64(order.Uint16(b)) }
	case "i2":
		return func(b []byte) float64 { return float64(int16(order.Uint16(b))) }
	case "u4":
		return func(b []byte) float64 { return float64(order.Uint32(b)) }
	case "i4":
		return func(b []byte) float64 { return float64(int32(order.Uint32(b))) }
	case "u8":
		return func(b []byte) float64 { return float64(order.Uint64(b)) }
	case "i8":
		return func(b []byte) float64 { return float64(int64(order.Uint64(b))) }
	case "f2":
		return func(b []byte) float64 { return half(order.Uint16(b)) }
	case "f4":
		return func(b []byte) float64 { return float64(math.Float32frombits(order.Uint32(b))) }
	case "f8":
		return func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) }
	}
	return func(b []byte) float64 { return float64(b[0]) } // b1, u1
}

// half decodes an IEEE 754 binary16: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits.
func half(bits uint16) float64 {
	exponent, fraction := int(bits>>10&0x1f), float64(bits&0x3ff)
	v := 0.0
	switch exponent {
	case 0:
		v = math.Ldexp(fraction, -24)
	case 0x1f:
		if v = math.Inf(1); fraction != 0 {
			return math.NaN()
		}
	default:
		v = math.Ldexp(1024+fraction, exponent-25)
	}
	if bits>>15 == 1 {
		return -v
	}
	return v
}

// rowMajor reorders an array of two dimensions or more from Fortran order, where the first index runs fastest.
func rowMajor[T any](x []T, shape []int) []T {
	stride := make([]int, len(shape)) // of the row-major array
	step := 1
	for i := len(shape) - 1; i >= 0; i-- {
		stride[i] = step
		step *= shape[i]
	}
	ordered := make([]T, len(x))
	index, at := make([]int, len(shape)), 0
	for _, v := range x {
		ordered[at] = v
		for i := range index {
			index[i]++
			at += stride[i]
			if index[i] < shape[i] {
				break
			}
			at -= index[i] * stride[i]
			index[i] = 0
		}
	}
	return ordered
}
