package blas

import "unsafe"

// sum4x4 sums k products for each element of a block of 4 rows and 4 columns: of a[l*as+i] and b[l*bs+j].
func sum4x4[T Float](k int, a *T, as int, b *T, bs int) (s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33 T) {
	as *= int(unsafe.Sizeof(*a))
	bs *= int(unsafe.Sizeof(*b))
	var i, j int // in bytes; a pointer that advances would leave the operand at the end
	for ; k > 0; k-- {
		p, q := (*[4]T)(unsafe.Add(unsafe.Pointer(a), i)), (*[4]T)(unsafe.Add(unsafe.Pointer(b), j))
		s00 += p[0] * q[0]
		s01 += p[0] * q[1]
		s02 += p[0] * q[2]
		s03 += p[0] * q[3]
		s10 += p[1] * q[0]
		s11 += p[1] * q[1]
		s12 += p[1] * q[2]
		s13 += p[1] * q[3]
		s20 += p[2] * q[0]
		s21 += p[2] * q[1]
		s22 += p[2] * q[2]
		s23 += p[2] * q[3]
		s30 += p[3] * q[0]
		s31 += p[3] * q[1]
		s32 += p[3] * q[2]
		s33 += p[3] * q[3]
		i, j = i+as, j+bs
	}
	return
}

// sumRows4x4 is sum4x4 for products of a[i*as+l] and b[l*bs+j].
func sumRows4x4[T Float](k int, a *T, as int, b *T, bs int) (s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33 T) {
	as *= int(unsafe.Sizeof(*a))
	bs *= int(unsafe.Sizeof(*b))
	var i, j int
	for ; k > 0; k-- {
		p0 := unsafe.Add(unsafe.Pointer(a), i)
		p1 := unsafe.Add(p0, as)
		p2 := unsafe.Add(p1, as)
		p3 := unsafe.Add(p2, as)
		q := (*[4]T)(unsafe.Add(unsafe.Pointer(b), j))
		s00 += *(*T)(p0) * q[0]
		s01 += *(*T)(p0) * q[1]
		s02 += *(*T)(p0) * q[2]
		s03 += *(*T)(p0) * q[3]
		s10 += *(*T)(p1) * q[0]
		s11 += *(*T)(p1) * q[1]
		s12 += *(*T)(p1) * q[2]
		s13 += *(*T)(p1) * q[3]
		s20 += *(*T)(p2) * q[0]
		s21 += *(*T)(p2) * q[1]
		s22 += *(*T)(p2) * q[2]
		s23 += *(*T)(p2) * q[3]
		s30 += *(*T)(p3) * q[0]
		s31 += *(*T)(p3) * q[1]
		s32 += *(*T)(p3) * q[2]
		s33 += *(*T)(p3) * q[3]
		i, j = i+int(unsafe.Sizeof(*a)), j+bs
	}
	return
}
