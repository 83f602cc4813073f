package blas

import "unsafe"

// operand is one factor of a product: A read by rows i of op(A), or B read by
// columns j of op(B). The element at outer index x (i or j) and inner index l
// (of k) is data[l*stride+x] if contiguous, else data[x*stride+l].
type operand[T Float] struct {
	data       []T
	stride     int
	contiguous bool
}

// at returns the operand that starts at outer index x and inner index l.
func (o operand[T]) at(x, l int) operand[T] {
	if o.contiguous {
		o.data = o.data[l*o.stride+x:]
	} else {
		o.data = o.data[x*o.stride+l:]
	}
	return o
}

// conflicts reports whether the rows of a tile would meet in so few sets of the L1 cache that they evict each other. The
// sets repeat every 4096 bytes.
func (o operand[T]) conflicts() bool {
	return uintptr(o.stride)*unsafe.Sizeof(o.data[0])%4096 == 0
}

// pack copies the first valid outer indices of k inner steps to dst, as k rows
// of size elements.
func (o operand[T]) pack(kern *kernels[T], dst []T, k, size, valid int) {
	_ = dst[k*size-1]
	if o.contiguous {
		_ = o.data[(k-1)*o.stride+valid-1]
		copyColumns(kern, k, dst, size, o.data, o.stride, valid)
		return
	}
	for x := 0; x < size; x += packUnit {
		var rows [packUnit]*T
		for i := range rows {
			row := o.data[min(x+i, valid-1)*o.stride:]
			_ = row[k-1]
			rows[i] = &row[0]
		}
		kern.transpose(k, &dst[x], size, rows[0], rows[1], rows[2], rows[3])
	}
}

// copyColumns copies k rows of width elements, in strips of the widths that
// copyRows has a loop for.
func copyColumns[T Float](kern *kernels[T], k int, dst []T, dstStride int, src []T, srcStride, width int) {
	size := int(unsafe.Sizeof(dst[0]))
	for at := 0; at < width; {
		strip := 128
		for _, w := range [...]int{96, 64, 48, 32, 16, 8, 4} {
			if strip <= (width-at)*size {
				break
			}
			strip = w
		}
		kern.copyRows(k, (*byte)(unsafe.Pointer(&dst[at])), dstStride*size, (*byte)(unsafe.Pointer(&src[at])), srcStride*size, strip)
		at += strip / size
	}
}
