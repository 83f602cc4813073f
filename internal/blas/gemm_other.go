//go:build !amd64 || noasm

package blas

import "gonum.org/v1/gonum/blas"

// kernels is empty: no tier of this build has kernels.
type kernels[T Float] struct{}

// freelist is empty, because there are no jobs to keep.
type freelist[T Float] struct{}

var (
	free32 freelist[float32]
	free64 freelist[float64]
)

// multiply is never called: no tier of this build has kernels.
func multiply[T Float](*kernels[T], *freelist[T], triangle, bool, bool, int, int, int, T, []T, int, []T, int, []T, T, []T, int) {
	panic("blas: no kernels")
}

func multiplyOn[T Float](int, *kernels[T], *freelist[T], triangle, bool, bool, int, int, int, T, []T, int, []T, int, []T, T, []T, int) {
	panic("blas: no kernels")
}

func trsm[T Float](*kernels[T], *freelist[T], blas.Side, blas.Uplo, blas.Transpose, blas.Diag, int, int, T, []T, int, []T, int) {
	panic("blas: no kernels")
}

func trmm[T Float](*kernels[T], *freelist[T], blas.Side, blas.Uplo, blas.Transpose, blas.Diag, int, int, T, []T, int, []T, int) {
	panic("blas: no kernels")
}
