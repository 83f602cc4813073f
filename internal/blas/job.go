//go:build amd64 && !noasm

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
// every pass over k one per item of C. A ticket waits only for tickets with
// smaller numbers, and those are held by workers that are already running, so a
// worker that starts late, or never, delays nobody. Every element of C is
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
	packTickets, tickets int

	next     atomic.Int64
	packed   atomic.Int64
	progress []atomic.Int32 // passes finished, for every item
	id       atomic.Int32
	scratch  []T // a tile for every worker
	memory   []T

	triangle triangular[T] // of a triangular solve, which runs jobs of its own

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
	// second pass would have to add its transposed tiles element by element.
	kern := j.kern
	depth := kern.depth
	if j.flipped && !a.contiguous {
		depth = maxDepth
	}
	j.passLength = passLength(j.k, depth)
	j.passes = (j.k + j.passLength - 1) / j.passLength
	j.rowPanels = kern.rowPanels
	j.colPanels = min(cols.panels, kern.colPanels*kern.depth/j.passLength)
	j.rowItems = (rows.panels + j.rowPanels - 1) / j.rowPanels
	j.colItems = (cols.panels + j.colPanels - 1) / j.colPanels
	items := j.rowItems * j.colItems
	j.tickets = j.packTickets + j.passes*items

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
func (j *job[T]) work() {
	id := int(j.id.Add(1) - 1)
	if id >= len(j.scratch)/tileSize { // more helpers than this product asked for
		return
	}
	scratch := j.scratch[id*tileSize:][:tileSize]
	items := j.rowItems * j.colItems
	ready := false
	for {
		ticket := int(j.next.Add(1) - 1)
		if ticket >= j.tickets {
			return
		}
		if ticket < j.packTickets {
			j.pack(ticket)
			j.packed.Add(1)
			continue
		}
		if !ready {
			for spin := 0; int(j.packed.Load()) < j.packTickets; spin++ {
				pause(spin)
			}
			ready = true
		}
		pass, item := (ticket-j.packTickets)/items, (ticket-j.packTickets)%items
		progress := &j.progress[item]
		for spin := 0; int(progress.Load()) < pass; spin++ {
			pause(spin)
		}
		// Items of the same columns follow each other: their panels of B stay
		// in the L2 cache.
		j.multiply(pass, item%j.rowItems, item/j.rowItems, scratch)
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
