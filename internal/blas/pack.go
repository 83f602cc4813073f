//go:build amd64 && !noasm

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

// conflicts tells whether the rows of a tile would meet in so few sets of the
// L1 cache that they evict each other: its sets repeat every 4096 bytes.
func (o operand[T]) conflicts() bool {
	return uintptr(o.stride)*unsafe.Sizeof(o.data[0])%4096 == 0
}

// packGroup is how many neighbouring panels are packed together, packChunk how
// many steps of k at a time. Contiguous panels share cache lines and pages of
// the source, so all panels of a group take their part of a chunk before the
// next one. Transposed panels are each written by four rows at once, so a
// chunk must stay in the L1 cache.
const (
	packGroup = 4
	packChunk = 128
)

// packPanels packs the panels from first up to end of a partition into dst,
// panel after panel, each as k rows of its size. The columns of the padding may
// hold anything: what they are multiplied into is not stored.
func (o operand[T]) packPanels(kern *kernels[T], dst []T, p partition, first, end, k int) {
	origin, _, _ := p.panel(first)
	step := end - first
	if !o.contiguous {
		step = 1
	}
	for x := first; x < end; x += step {
		for l := 0; l < k; l += packChunk {
			chunk := min(packChunk, k-l)
			for i := x; i < x+step; i++ {
				start, size, valid := p.panel(i)
				o.at(start, l).pack(kern, dst[(start-origin)*k+l*size:], chunk, size, valid)
			}
		}
	}
}

// pack packs k steps of one panel.
func (o operand[T]) pack(kern *kernels[T], dst []T, k, size, valid int) {
	_ = dst[k*size-1]
	if o.contiguous {
		_ = o.data[(k-1)*o.stride+valid-1]
		copyColumns(k, dst, size, o.data, o.stride, valid)
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
func copyColumns[T Float](k int, dst []T, dstStride int, src []T, srcStride, width int) {
	size := int(unsafe.Sizeof(dst[0]))
	for at := 0; at < width; {
		strip := 128
		for _, w := range [...]int{96, 64, 48, 32, 16, 8, 4} {
			if strip <= (width-at)*size {
				break
			}
			strip = w
		}
		copyRows(k, (*byte)(unsafe.Pointer(&dst[at])), dstStride*size, (*byte)(unsafe.Pointer(&src[at])), srcStride*size, strip)
		at += strip / size
	}
}
