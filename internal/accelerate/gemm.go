//go:build accelerate && (darwin || linux) && (amd64 || arm64)

package accelerate

import (
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"
)

// gemmCall is one call of sgemm_ or dgemm_, in Fortran's terms: column-major.
type gemmCall[T Float] struct {
	transA, transB byte
	m, n, k        int32
	alpha, beta    T
	a, b, c        *T
	lda, ldb, ldc  int32

	args [13]uintptr // addresses of the above, and a, b, c themselves
}

func newGemmCall[T Float]() *gemmCall[T] {
	g := &gemmCall[T]{}
	g.args = [13]uintptr{
		address(&g.transA), address(&g.transB), address(&g.m), address(&g.n), address(&g.k), address(&g.alpha), 0, address(&g.lda),
		0, address(&g.ldb), address(&g.beta), 0, address(&g.ldc),
	}
	return g
}

// address is that of something on the heap, which does not move.
func address[A any](a *A) uintptr { return uintptr(unsafe.Pointer(a)) }

// Gemm computes C = α·op(A)·op(B) + β·C, where op(A) is m×k, op(B) is k×n and C is m×n, all row-major with row strides lda,
// ldb and ldc; op transposes where the flag is set. With β = 0, C is not read. m, n and k are at least 1, and every number has
// 31 bits at most.
func (p *Products[T]) Gemm(transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	g := p.gemms.Get()
	g.transA, g.transB = letter(transB), letter(transA)
	g.m, g.n, g.k = int32(n), int32(m), int32(k)
	g.alpha, g.beta = alpha, beta
	g.a, g.b, g.c = &b[0], &a[0], &c[0]
	g.lda, g.ldb, g.ldc = int32(ldb), int32(lda), int32(ldc)
	g.args[6], g.args[8], g.args[11] = address(g.a), address(g.b), address(g.c)
	purego.SyscallN(p.gemm, g.args[:]...)
	runtime.KeepAlive(g)
	g.a, g.b, g.c = nil, nil, nil
	p.gemms.Put(g)
}

func letter(transposed bool) byte {
	if transposed {
		return 'T'
	}
	return 'N'
}
