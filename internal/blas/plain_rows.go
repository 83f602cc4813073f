package blas

import "unsafe"

// plainAddRows adds each row of M in turn.
func plainAddRows[T Float](k int, x, m *T, stride, n int, y *T, alpha T) {
	if n == 0 {
		return
	}
	sum := unsafe.Slice(y, n)
	for l, v := range unsafe.Slice(x, k) {
		v *= alpha
		row := unsafe.Slice(element(m, l*stride), n)
		for j := range sum {
			sum[j] += v * row[j]
		}
	}
}

// plainAddDots sums each row in four parts.
func plainAddDots[T Float](k int, x, m *T, stride, n int, y *T, alpha T) {
	vector := unsafe.Slice(x, k)
	for j := range unsafe.Slice(y, n) {
		row := unsafe.Slice(element(m, j*stride), k)
		var s0, s1, s2, s3 T
		l := 0
		for ; l+4 <= k; l += 4 {
			r, v := (*[4]T)(row[l:]), (*[4]T)(vector[l:])
			s0 += r[0] * v[0]
			s1 += r[1] * v[1]
			s2 += r[2] * v[2]
			s3 += r[3] * v[3]
		}
		for ; l < k; l++ {
			s0 += row[l] * vector[l]
		}
		*element(y, j) += alpha * ((s0 + s1) + (s2 + s3))
	}
}
