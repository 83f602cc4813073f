package blas

import "unsafe"

func plainCopyRows(k int, dst *byte, dstStride int, src *byte, srcStride, width int) {
	to := unsafe.Slice(dst, (k-1)*dstStride+width)
	from := unsafe.Slice(src, (k-1)*srcStride+width)
	for l := range k {
		copy(to[l*dstStride:l*dstStride+width], from[l*srcStride:])
	}
}

func plainTranspose[T Float](k int, dst *T, width int, a, b, c, d *T) {
	to := unsafe.Slice(dst, (k-1)*width+4)
	r0, r1, r2, r3 := unsafe.Slice(a, k), unsafe.Slice(b, k), unsafe.Slice(c, k), unsafe.Slice(d, k)
	for l := range k {
		column := (*[4]T)(to[l*width:])
		column[0], column[1], column[2], column[3] = r0[l], r1[l], r2[l], r3[l]
	}
}
