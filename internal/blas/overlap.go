package blas

// Overlap is a product with a matrix whose rows may overlap in memory, as the windows of an
// image do: its row i consists of pieces of Width elements, of which piece s begins at
// a[Offsets[s]+i·Step]. The windows of an image's row are read where they are.
//
// It is computed on the caller's goroutine.
type Overlap[T Float] struct {
	kern    *kernels[T]
	Offsets []int
	Width   int
	Step    int
}

// NewOverlap returns a product, and whether this machine has kernels for it.
func NewOverlap[T Float](offsets []int, width, step int) (Overlap[T], bool) {
	o := Overlap[T]{Offsets: offsets, Width: width, Step: step}
	switch kern := any(&o.kern).(type) {
	case **kernels[float32]:
		*kern = active.f32
	case **kernels[float64]:
		*kern = active.f64
	}
	return o, o.kern != nil
}

// LeastRows is the least number of rows of an Overlap.
const LeastRows = 4

// OverlapSlack is the number of elements that a product reads after the last one of some of
// its operands.
const OverlapSlack = 32

// Multiply computes C = 1·biasᵀ + A·B, several times: for l below lines A begins at
// a[l·lineA] and C at c[l·lineC]. A is m×k with k = len(Offsets)·Width, m at least
// LeastRows; B is k×n and C m×n with row strides ldb and ldc; bias has n elements, or is
// nil. b has OverlapSlack elements more than B.
func (o Overlap[T]) Multiply(lines, m, n int, a []T, lineA int, b []T, ldb int, bias []T, c []T, lineC, ldc int) {
	k := len(o.Offsets) * o.Width
	last := 0
	for _, at := range o.Offsets {
		last = max(last, at)
	}
	switch {
	case lines < 1 || m < LeastRows || n < 1 || k < 1:
		panic(badOverlap)
	case (lines-1)*lineA+last+(m-1)*o.Step+o.Width > len(a):
		panic(shortA)
	case (k-1)*ldb+n+OverlapSlack > len(b):
		panic(shortB)
	case (lines-1)*lineC+(m-1)*ldc+n > len(c):
		panic(shortC)
	case bias != nil && len(bias) < n:
		panic(shortBias)
	}
	o.multiply(lines, m, n, a, lineA, b, ldb, bias, c, lineC, ldc)
}

// AddTransposed computes C += AᵀB, where A is m×k, B m×n and C k×n, with row strides ldb and
// ldc. a and b have OverlapSlack elements more than A and B.
func (o Overlap[T]) AddTransposed(m, n int, a []T, b []T, ldb int, c []T, ldc int) {
	k := len(o.Offsets) * o.Width
	last := 0
	for _, at := range o.Offsets {
		last = max(last, at)
	}
	switch {
	case m < 1 || n < 1 || k < 1:
		panic(badOverlap)
	case last+(m-1)*o.Step+o.Width+OverlapSlack > len(a):
		panic(shortA)
	case (m-1)*ldb+n+OverlapSlack > len(b):
		panic(shortB)
	case (k-1)*ldc+n > len(c):
		panic(shortC)
	}
	o.addTransposed(m, n, a, b, ldb, c, ldc)
}

const badOverlap = "blas: too few rows or columns of a product with overlapping rows"
