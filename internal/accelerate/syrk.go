//go:build accelerate && (darwin || linux) && (amd64 || arm64)

package accelerate

import (
	"runtime"

	"github.com/ebitengine/purego"
)

// syrkCall is one call of ssyrk_ or dsyrk_, in Fortran's terms: column-major.
type syrkCall[T Float] struct {
	triangle, trans byte
	n, k            int32
	alpha, beta     T
	a, c            *T
	lda, ldc        int32

	args [10]uintptr // addresses of the above, and a, c themselves
}

func newSyrkCall[T Float]() *syrkCall[T] {
	s := &syrkCall[T]{}
	s.args = [10]uintptr{
		address(&s.triangle), address(&s.trans), address(&s.n), address(&s.k), address(&s.alpha), 0, address(&s.lda),
		address(&s.beta), 0, address(&s.ldc),
	}
	return s
}

// Syrk computes one triangle of the symmetric n×n matrix C = α·AᵀA + β·C for a k×n matrix A if trans is set, and of
// C = α·A·Aᵀ + β·C for an n×k matrix A if not, all row-major with row strides lda and ldc. The other triangle is neither read
// nor written, and with β = 0 nothing of C is read. n and k are at least 1, and every number has 31 bits at
// most.
func (p *Products[T]) Syrk(upper, trans bool, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	s := p.syrks.Get()
	s.triangle, s.trans = 'U', letter(!trans)
	if upper {
		s.triangle = 'L'
	}
	s.n, s.k = int32(n), int32(k)
	s.alpha, s.beta = alpha, beta
	s.a, s.c = &a[0], &c[0]
	s.lda, s.ldc = int32(lda), int32(ldc)
	s.args[5], s.args[8] = address(s.a), address(s.c)
	purego.SyscallN(p.syrk, s.args[:]...)
	runtime.KeepAlive(s)
	s.a, s.c = nil, nil
	p.syrks.Put(s)
}
