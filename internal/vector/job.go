package vector

import "unsafe"

// pieceSize is the number of elements that a worker takes at a time. It does not depend on the number of workers, so
// results do not either.
const pieceSize = 1 << 15

// serialBelow is the number of bytes below which work is not shared: half of a core's L2 cache, from which the core
// reads faster than from another core's. Only tests change it.
var serialBelow = 1 << 20

type operation int

const (
	finite operation = iota
	dot
	products
	duplicate
	scale
	add
	addScaled
	combine
	columns
	mirror
	sgd
	nesterov
	adam
	momentum
)

// arguments are the arguments of one call.
type arguments[T Float] struct {
	operation
	k          *kernels[T]
	x, y, z, w []T
	c          [8]T // coefficients
	n, size    int  // columns or rows to share out, and their number in a piece
	sums       [][3]float64
}

// each runs an operation over the elements of x and of the other slices.
func each[T Float](a *arguments[T]) {
	a.n, a.size = len(a.x), pieceSize
	a.run()
}

// run shares the pieces among workers if they are large enough.
func (a *arguments[T]) run() {
	pieces := count(a.n, a.size)
	if pieces == 1 || a.bytes() < serialBelow {
		for i := range pieces {
			a.piece(i)
		}
		return
	}
	w := workersOf[T]()
	w.pool.Run(pieces, *a, w.piece)
}

func (a *arguments[T]) bytes() int {
	return (len(a.x) + len(a.y) + len(a.z) + len(a.w)) * int(unsafe.Sizeof(a.c[0]))
}

// reduce is each for an operation that returns sums. It adds the sums in order.
func reduce[T Float](a *arguments[T]) (total [3]float64) {
	w := workersOf[T]()
	sums := w.sums(count(len(a.x), pieceSize))
	a.sums = *sums
	each(a)
	for _, s := range a.sums {
		for i := range total {
			total[i] += s[i]
		}
	}
	w.spare.Put(sums)
	return total
}

// piece runs the operation on the i-th piece.
func (a *arguments[T]) piece(i int) {
	k, c := a.k, &a.c
	lo, hi := bounds(i, a.size, a.n)
	switch a.operation {
	case finite:
		a.sums[i] = [3]float64{}
		if !k.finite(a.x[lo:hi]) {
			a.sums[i][0] = 1
		}
	case dot:
		a.sums[i] = [3]float64{k.dot(a.x[lo:hi], a.y[lo:hi])}
	case products:
		xx, yy, xy := k.products(a.x[lo:hi], a.y[lo:hi])
		a.sums[i] = [3]float64{xx, yy, xy}
	case momentum:
		a.sums[i] = [3]float64{k.momentum(a.x[lo:hi], a.y[lo:hi], a.z[lo:hi], c[0], c[1], c[2])}
	case duplicate:
		copy(a.x[lo:hi], a.y[lo:hi])
	case scale:
		k.scale(a.x[lo:hi], c[0])
	case add:
		k.add(a.x[lo:hi], a.y[lo:hi])
	case addScaled:
		k.addScaled(a.x[lo:hi], c[0], a.y[lo:hi])
	case combine:
		k.combine(a.x[lo:hi], c[0], c[1], a.y[lo:hi])
	case columns:
		a.sumColumns(lo, hi)
	case mirror:
		a.mirrorRows(lo, hi)
	case sgd:
		k.sgd(a.x[lo:hi], a.y[lo:hi], a.z[lo:hi], c[0], c[1], c[2])
	case nesterov:
		k.nesterov(a.x[lo:hi], a.y[lo:hi], a.z[lo:hi], c[0], c[1], c[2])
	case adam:
		k.adam(a.x[lo:hi], a.y[lo:hi], a.z[lo:hi], a.w[lo:hi], c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7])
	}
}

// count is the number of pieces of a given size that n elements make.
func count(n, size int) int { return (n + size - 1) / size }

func bounds(i, size, n int) (lo, hi int) { return i * size, min(i*size+size, n) }
