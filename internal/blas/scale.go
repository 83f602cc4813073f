package blas

// triangle is the part of C that a job writes.
type triangle uint8

const (
	whole triangle = iota
	upper
	lower
)

// scaleRows multiplies the m×n matrix c by beta. With beta = 0 it clears the matrix, whatever its content.
func scaleRows[T Float](m, n int, beta T, c []T, ldc int) {
	for i := range m {
		scale(beta, c[i*ldc:i*ldc+n])
	}
}

// scaleTriangle multiplies one triangle of an n×n matrix by beta, or clears it.
func scaleTriangle[T Float](part triangle, n int, beta T, c []T, ldc int) {
	for i := range n {
		if part == upper {
			scale(beta, c[i*ldc+i:i*ldc+n])
		} else {
			scale(beta, c[i*ldc:i*ldc+i+1])
		}
	}
}

func scale[T Float](beta T, x []T) {
	switch beta {
	case 0:
		clear(x)
	case 1:
	default:
		for i := range x {
			x[i] *= beta
		}
	}
}
