package blas

import "unsafe"

// plainSolve8 combines each of 8 rows with the rows before it, 4 columns at a time.
func plainSolve8[T Float](strips int, b *T, stride int, m *[64]T) {
	for x := 0; x < strips*plainLanes; x += plainLanes {
		for i := range leafSize {
			row := lanesAt(b, i*stride+x)
			s0, s1, s2, s3 := row[0], row[1], row[2], row[3]
			for j := range i {
				v, other := m[leafSize*i+j], lanesAt(b, j*stride+x)
				s0 += v * other[0]
				s1 += v * other[1]
				s2 += v * other[2]
				s3 += v * other[3]
			}
			v := m[leafSize*i+i]
			row[0], row[1], row[2], row[3] = v*s0, v*s1, v*s2, v*s3
		}
	}
}

// plainMultiply8 combines each of 8 rows with the rows after it, 4 columns at a time.
func plainMultiply8[T Float](strips int, b *T, stride int, m *[64]T) {
	for x := 0; x < strips*plainLanes; x += plainLanes {
		for i := range leafSize {
			row := lanesAt(b, i*stride+x)
			v := m[leafSize*i+i]
			s0, s1, s2, s3 := v*row[0], v*row[1], v*row[2], v*row[3]
			for j := i + 1; j < leafSize; j++ {
				v, other := m[leafSize*i+j], lanesAt(b, j*stride+x)
				s0 += v * other[0]
				s1 += v * other[1]
				s2 += v * other[2]
				s3 += v * other[3]
			}
			row[0], row[1], row[2], row[3] = s0, s1, s2, s3
		}
	}
}

// lanesAt returns plainLanes elements from index i on.
func lanesAt[T Float](x *T, i int) *[plainLanes]T {
	return (*[plainLanes]T)(unsafe.Pointer(element(x, i)))
}
