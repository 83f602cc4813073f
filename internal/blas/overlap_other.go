//go:build !amd64 || noasm

package blas

// multiply and addTransposed are never called: no tier of this build has kernels.
func (o Overlap[T]) multiply(int, int, int, []T, int, []T, int, []T, []T, int, int) {
	panic("blas: no kernels")
}

func (o Overlap[T]) addTransposed(int, int, []T, []T, int, []T, int) {
	panic("blas: no kernels")
}
