package blas

import (
	"runtime"
	"sync/atomic"
	"unsafe"

	"github.com/gokfac/gokfac/internal/parallel"
)

// job is one product C = α·A·B + β·C in flight, shared by its workers.
//
// Work is handed out as numbered tickets: first one per panel to pack, then for
// every pass over k one per item of C. Every worker has a range of rows of C of
// its own, and helps others when it is through with it (parallel.Deal): the same
// product finds its part of C, and often of A, where it left it. A ticket waits
// only for panels, and for tickets of its range with smaller numbers. Those are held
// by workers that are already running, so a worker that starts late, or never,
// delays nobody. Every element of C is
// summed in the order of k by the worker that holds its tickets: neither the number of
// workers nor their timing can change a bit of the result.
type job[T Float] struct {
	kern        *kernels[T]
	rows, cols  side[T] // A and B
	k           int
	alpha, beta T
	c           []T
	ldc         int
	bias        []T // content of the rows of C before the first pass, or nil
	part        triangle
	flipped     bool // the job forms Cᵀ = op(B)ᵀ·op(A)ᵀ, and stores it as C

	passes, passLength   int
	rowPanels, colPanels int // panels of an item
	rowItems, colItems   int
	byCols               bool // workers share out the columns of items, not the rows
	packTickets          int

	next     atomic.Int64
	packed   atomic.Int64
	progress []atomic.Int32 // passes finished, for every item
	id       atomic.Int32
	scratch  []T // a tile for every worker
	memory   []T

	triangle triangular[T] // of a triangular solve, which runs jobs of its own
	outer    outer[T]      // an outer product instead, where it has rows

	group *parallel.Group
}

func newJob[T Float]() *job[T] {
	j := new(job[T])
	j.group = parallel.NewGroup(j.work)
	return j
}

// maxDepth bounds k of a job, and maxSpan its m and n. Together they bound its memory.
const (
	maxDepth = 1024
	maxSpan  = 2048
)

// tileSize is room for the largest tile of any tier.
const tileSize = 12 * 32

// plan sets every field that follows from the operands and the shape.
func (j *job[T]) plan(workers int, a operand[T], rows partition, b operand[T], cols partition) {
	sizeA := j.rows.cut(a, rows, j.k, cols.total <= directCols || !a.contiguous && !a.conflicts())
	directRows := j.kern.directRows
	if b.conflicts() {
		directRows = j.kern.conflictRows
	}
	sizeB := j.cols.cut(b, cols, j.k, b.contiguous && rows.total <= directRows)
	j.packTickets = j.rows.groups() + j.cols.groups()

	// Rows in place, used by few panels only, need not stay in the L1 cache; a
	// second pass would have to transpose every tile of C once more.
	kern := j.kern
	depth := kern.depth
	if j.flipped && !a.contiguous {
		depth = maxDepth
	}
	j.passLength = passLength(j.k, depth)
	j.passes = (j.k + j.passLength - 1) / j.passLength
	j.colPanels = min(cols.panels, kern.colPanels*kern.depth/j.passLength)
	j.rowPanels = min(kern.rowPanels, max(1, itemShare>>kern.slower/((rows.base+1)*rows.unit*j.colPanels*cols.base*cols.unit*j.passLength)))
	j.rowItems = (rows.panels + j.rowPanels - 1) / j.rowPanels
	j.colItems = (cols.panels + j.colPanels - 1) / j.colPanels
	items := j.rowItems * j.colItems
	j.byCols = j.rowItems < workers && j.rowItems < j.colItems

	if cap(j.progress) < items {
		j.progress = make([]atomic.Int32, items)
	}
	j.progress = j.progress[:items]
	for i := range j.progress {
		j.progress[i].Store(0)
	}
	startB := (workers*tileSize + sizeA + 15) &^ 15
	j.reserve(startB + sizeB)
	j.scratch = j.memory[:workers*tileSize]
	j.rows.place(j.memory[workers*tileSize : startB])
	j.cols.place(j.memory[startB:])
	j.next.Store(0)
	j.packed.Store(0)
	j.id.Store(0)
}

// itemShare is the number of multiplications of an item from which it has one panel of rows: 4 to 15 µs. A worker that
// is through waits for the others' last items.
const itemShare = 1 << 20

// Where an operand is read in place instead of being packed, by measurement:
//
// Rows of A always, unless they meet in the same sets of the L1 cache: a tile
// then follows a dozen contiguous streams, which costs nothing.
//
// Columns of A up to directCols columns of C: of every cache line a panel uses
// 48 bytes, and every panel of B fetches it again.
//
// Rows of B up to directRows rows of C, or conflictRows, both a property of the
// tier: packing B costs more the fewer rows share it, and the more workers wait
// for it. Rows that meet in the same sets drive each other out of the L2 cache.
const directCols = 64

// passLength is the number of steps of a pass over k: as few passes as there can be of at most depth steps, all of about
// one length, a multiple of 4.
func passLength(k, depth int) int {
	passes := (k + depth - 1) / depth
	return ((k+passes-1)/passes + 3) &^ 3
}

// reserve makes memory at least n elements long, starting on a cache line.
func (j *job[T]) reserve(n int) {
	if len(j.memory) >= n {
		return
	}
	size := int(unsafe.Sizeof(j.alpha))
	m := make([]T, n+64/size)
	skip := int(-uintptr(unsafe.Pointer(&m[0]))&63) / size
	j.memory = m[skip : skip+n]
}

// work draws tickets until none is left.
func (j *job[T]) work(worker int) {
	if j.outer.rows > 0 {
		j.workOuter(worker)
		return
	}
	id := int(j.id.Add(1) - 1)
	if id >= len(j.scratch)/tileSize { // more helpers than this product asked for
		return
	}
	scratch := j.scratch[id*tileSize:][:tileSize]
	for {
		ticket := int(j.next.Add(1) - 1)
		if ticket >= j.packTickets {
			break
		}
		j.pack(ticket)
		j.packed.Add(1)
	}
	parts, across := j.rowItems, j.colItems
	if j.byCols {
		parts, across = across, parts
	}
	hand := j.group.Deal(worker, parts, across*j.passes)
	ready := false
	for {
		ticket, first, end, ok := hand.Next()
		if !ok {
			return
		}
		if !ready {
			for spin := 0; int(j.packed.Load()) < j.packTickets; spin++ {
				pause(spin)
			}
			ready = true
		}
		size := (end - first) * across // items of the range
		pass, item := ticket/size, ticket%size
		// Items of the same columns follow each other: their panels of B stay
		// in the L2 cache.
		rowItem, colItem := first+item%(end-first), item/(end-first)
		if j.byCols {
			rowItem, colItem = item%j.rowItems, first+item/j.rowItems
		}
		progress := &j.progress[colItem*j.rowItems+rowItem]
		for spin := 0; int(progress.Load()) < pass; spin++ {
			pause(spin)
		}
		j.multiply(pass, rowItem, colItem, scratch)
		progress.Store(int32(pass + 1))
	}
}

// pause waits for a moment. The awaited ticket takes microseconds, unless its worker has lost the processor.
func pause(spin int) {
	if spin > 1000 {
		runtime.Gosched()
	}
}

// pack packs one group of panels of A or B.
func (j *job[T]) pack(ticket int) {
	if groups := j.rows.groups(); ticket >= groups {
		j.cols.pack(j.kern, ticket-groups)
		return
	}
	j.rows.pack(j.kern, ticket)
}
