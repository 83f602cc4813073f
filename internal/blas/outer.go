package blas

import "unsafe"

// outer is a product with k = 1, an outer product:
//
//	C = α·a·bᵀ + β·C
//
// Such are the gradients of weights by one example. Every element of C is one multiplication, so what counts is to write C
// from front to back: a tile takes longer to enter and to leave than to compute. Elements have the bits of a tile's.
type outer[T Float] struct {
	m, n    int
	a       []T
	strideA int
	b       []T
	bias    []T // content of the rows of C, or nil
	beta    T
	c       []T
	ldc     int
	rows    int // of a block, the least share of a worker
}

// outerBlock is the number of bytes of a block of rows of C, which stay in the L1 cache while a few strips of columns are
// written.
const outerBlock = 16 << 10

// multiplyOuter computes an outer product on checked arguments, on given workers. a and b are the operands by rows and by
// columns of C.
func (j *job[T]) multiplyOuter(workers crew, m, n int, a, b operand[T], bias []T, beta T, c []T, ldc int) {
	strideA := a.stride
	if a.contiguous {
		strideA = 1
	}
	elements := b.data
	if !b.contiguous && b.stride != 1 {
		j.reserve(n)
		elements = j.memory[:n]
		for i := range elements {
			elements[i] = b.data[i*b.stride]
		}
	}
	rows := max(4, outerBlock/(n*int(unsafe.Sizeof(beta))))
	j.outer = outer[T]{m, n, a.data, strideA, elements, bias, beta, c, ldc, rows}
	workers.run(j.group)
	j.outer = outer[T]{}
}

// workOuter takes blocks until none is left.
func (j *job[T]) workOuter(worker int) {
	o := &j.outer
	hand := j.group.Deal(worker, (o.m+o.rows-1)/o.rows, 1)
	for {
		ticket, first, _, ok := hand.Next()
		if !ok {
			return
		}
		row := (first + ticket) * o.rows
		o.block(j.kern, j.alpha, row, min(o.rows, o.m-row))
	}
}

// block computes so many rows of C from a first one on.
func (o *outer[T]) block(kern *kernels[T], alpha T, row, rows int) {
	c := o.c[row*o.ldc:]
	_, _ = c[(rows-1)*o.ldc+o.n-1], o.a[(row+rows-1)*o.strideA] // the kernel checks nothing
	if o.bias != nil {
		fillRows(rows, o.bias, o.n, c, o.ldc)
	}
	size := int(unsafe.Sizeof(alpha))
	for at := 0; at < o.n; {
		width := strip((o.n - at) * size)
		kern.outer(rows, &o.a[row*o.strideA], o.strideA, &o.b[at], width, &c[at], o.ldc, alpha, o.beta)
		at += width / size
	}
}

// strip is the greatest multiple of 128 in so many bytes, or the greatest power of 2 if they are less.
func strip(bytes int) int {
	if bytes >= 128 {
		return bytes &^ 127
	}
	width := 64
	for width > bytes {
		width /= 2
	}
	return width
}
