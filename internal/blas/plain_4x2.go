package blas

import "unsafe"

// sum4x2 sums k products for each element of a block of 4 rows and 2 columns: of a[l*as+i] and b[l*bs+j]. Four steps in
// a turn of the loop save moves between registers: the compiler adds in place only where nothing else is live.
func sum4x2[T Float](k int, a *T, as int, b *T, bs int) (s00, s01, s10, s11, s20, s21, s30, s31 T) {
	as *= int(unsafe.Sizeof(*a))
	bs *= int(unsafe.Sizeof(*b))
	var i, j int // in bytes; a pointer that advances would leave the operand at the end
	for ; k >= 4; k -= 4 {
		p, q := (*[4]T)(unsafe.Add(unsafe.Pointer(a), i)), (*[2]T)(unsafe.Add(unsafe.Pointer(b), j))
		s00 += p[0] * q[0]
		s01 += p[0] * q[1]
		s10 += p[1] * q[0]
		s11 += p[1] * q[1]
		s20 += p[2] * q[0]
		s21 += p[2] * q[1]
		s30 += p[3] * q[0]
		s31 += p[3] * q[1]
		p, q = (*[4]T)(unsafe.Add(unsafe.Pointer(p), as)), (*[2]T)(unsafe.Add(unsafe.Pointer(q), bs))
		s00 += p[0] * q[0]
		s01 += p[0] * q[1]
		s10 += p[1] * q[0]
		s11 += p[1] * q[1]
		s20 += p[2] * q[0]
		s21 += p[2] * q[1]
		s30 += p[3] * q[0]
		s31 += p[3] * q[1]
		p, q = (*[4]T)(unsafe.Add(unsafe.Pointer(p), as)), (*[2]T)(unsafe.Add(unsafe.Pointer(q), bs))
		s00 += p[0] * q[0]
		s01 += p[0] * q[1]
		s10 += p[1] * q[0]
		s11 += p[1] * q[1]
		s20 += p[2] * q[0]
		s21 += p[2] * q[1]
		s30 += p[3] * q[0]
		s31 += p[3] * q[1]
		p, q = (*[4]T)(unsafe.Add(unsafe.Pointer(p), as)), (*[2]T)(unsafe.Add(unsafe.Pointer(q), bs))
		s00 += p[0] * q[0]
		s01 += p[0] * q[1]
		s10 += p[1] * q[0]
		s11 += p[1] * q[1]
		s20 += p[2] * q[0]
		s21 += p[2] * q[1]
		s30 += p[3] * q[0]
		s31 += p[3] * q[1]
		i, j = i+4*as, j+4*bs
	}
	for ; k > 0; k-- {
		p, q := (*[4]T)(unsafe.Add(unsafe.Pointer(a), i)), (*[2]T)(unsafe.Add(unsafe.Pointer(b), j))
		s00 += p[0] * q[0]
		s01 += p[0] * q[1]
		s10 += p[1] * q[0]
		s11 += p[1] * q[1]
		s20 += p[2] * q[0]
		s21 += p[2] * q[1]
		s30 += p[3] * q[0]
		s31 += p[3] * q[1]
		i, j = i+as, j+bs
	}
	return
}

// sumRows4x2 is sum4x2 for products of a[i*as+l] and b[l*bs+j].
func sumRows4x2[T Float](k int, a *T, as int, b *T, bs int) (s00, s01, s10, s11, s20, s21, s30, s31 T) {
	as *= int(unsafe.Sizeof(*a))
	bs *= int(unsafe.Sizeof(*b))
	var i, j int
	for ; k >= 4; k -= 4 {
		p0 := (*[4]T)(unsafe.Add(unsafe.Pointer(a), i))
		p1 := (*[4]T)(unsafe.Add(unsafe.Pointer(p0), as))
		p2 := (*[4]T)(unsafe.Add(unsafe.Pointer(p1), as))
		p3 := (*[4]T)(unsafe.Add(unsafe.Pointer(p2), as))
		q := (*[2]T)(unsafe.Add(unsafe.Pointer(b), j))
		s00 += p0[0] * q[0]
		s01 += p0[0] * q[1]
		s10 += p1[0] * q[0]
		s11 += p1[0] * q[1]
		s20 += p2[0] * q[0]
		s21 += p2[0] * q[1]
		s30 += p3[0] * q[0]
		s31 += p3[0] * q[1]
		q = (*[2]T)(unsafe.Add(unsafe.Pointer(q), bs))
		s00 += p0[1] * q[0]
		s01 += p0[1] * q[1]
		s10 += p1[1] * q[0]
		s11 += p1[1] * q[1]
		s20 += p2[1] * q[0]
		s21 += p2[1] * q[1]
		s30 += p3[1] * q[0]
		s31 += p3[1] * q[1]
		q = (*[2]T)(unsafe.Add(unsafe.Pointer(q), bs))
		s00 += p0[2] * q[0]
		s01 += p0[2] * q[1]
		s10 += p1[2] * q[0]
		s11 += p1[2] * q[1]
		s20 += p2[2] * q[0]
		s21 += p2[2] * q[1]
		s30 += p3[2] * q[0]
		s31 += p3[2] * q[1]
		q = (*[2]T)(unsafe.Add(unsafe.Pointer(q), bs))
		s00 += p0[3] * q[0]
		s01 += p0[3] * q[1]
		s10 += p1[3] * q[0]
		s11 += p1[3] * q[1]
		s20 += p2[3] * q[0]
		s21 += p2[3] * q[1]
		s30 += p3[3] * q[0]
		s31 += p3[3] * q[1]
		i, j = i+4*int(unsafe.Sizeof(*a)), j+4*bs
	}
	for ; k > 0; k-- {
		p0 := unsafe.Add(unsafe.Pointer(a), i)
		p1 := unsafe.Add(p0, as)
		p2 := unsafe.Add(p1, as)
		p3 := unsafe.Add(p2, as)
		q := (*[2]T)(unsafe.Add(unsafe.Pointer(b), j))
		s00 += *(*T)(p0) * q[0]
		s01 += *(*T)(p0) * q[1]
		s10 += *(*T)(p1) * q[0]
		s11 += *(*T)(p1) * q[1]
		s20 += *(*T)(p2) * q[0]
		s21 += *(*T)(p2) * q[1]
		s30 += *(*T)(p3) * q[0]
		s31 += *(*T)(p3) * q[1]
		i, j = i+int(unsafe.Sizeof(*a)), j+bs
	}
	return
}
