//go:build !nompi && (linux || (darwin && mpi)) && (amd64 || arm64)

package mpi

import (
	"encoding/binary"
	"fmt"
	"time"
	"unsafe"

	"github.com/gokfac/gokfac/distributed"
)

// group is a communicator. What the functions of MPI read and write is in it, or is
// memory that it holds: on the heap, alive and in its place until a call returns.
type group struct {
	*world
	comm       uintptr
	rank, size int
	most       int   // elements, or bytes, in one call: MPI counts in 32 bits
	broken     error // of an earlier call

	args   [10]uintptr
	memory [2]unsafe.Pointer // that the call in progress reads or writes

	own      envelope // of Gather
	sent     []envelope
	counts   []int32
	offsets  []int32
	received []byte
	all      [][]byte
	request  uintptr
	done     int32

	watch
}

var _ distributed.Group = (*group)(nil)

// maxCount is the number of elements that go in one call. MPI's own limit is 2³¹−1.
const maxCount = 1 << 30

// newGroup is that of a communicator. The library is locked.
func (w *world) newGroup(comm uintptr) (*group, error) {
	g := &group{world: w, comm: comm, most: maxCount, watch: watch{clock: time.Now()}}
	for _, f := range []func() error{
		func() error { return w.call(w.handler, comm, w.errorsReturn) },
		func() error { err := w.call(w.commSize, comm, address(&w.number)); g.size = int(w.number); return err },
		func() error { err := w.call(w.commRank, comm, address(&w.number)); g.rank = int(w.number); return err },
	} {
		if err := f(); err != nil {
			return nil, fmt.Errorf("mpi: %w", err)
		}
	}
	g.sent, g.all = make([]envelope, g.size), make([][]byte, g.size)
	g.counts, g.offsets = make([]int32, g.size), make([]int32, g.size)
	w.mu.Lock()
	w.groups = append(w.groups, g)
	w.mu.Unlock()
	return g, nil
}

func (g *group) Rank() int { return g.rank }

func (g *group) Size() int { return g.size }

func (g *group) Sum32(x []float32) error {
	return g.sum(unsafe.Pointer(unsafe.SliceData(x)), len(x), 4, g.float)
}

func (g *group) Sum64(x []float64) error {
	return g.sum(unsafe.Pointer(unsafe.SliceData(x)), len(x), 8, g.dbl)
}

// sum adds up n elements of a type of width bytes at x.
func (g *group) sum(x unsafe.Pointer, n, width int, kind uintptr) error {
	if g.broken != nil || g.size == 1 { // nothing to add
		return g.broken
	}
	g.begin(aSum)
	defer g.end()
	for at := 0; at < n; at += g.most {
		g.memory[0] = unsafe.Add(x, at*width)
		g.args = [10]uintptr{g.inPlace, uintptr(g.memory[0]), uintptr(min(n-at, g.most)), kind, g.world.library.sum, g.comm}
		if err := g.together(g.allreduce, g.iallreduce, 6); err != nil {
			return err
		}
	}
	return nil
}

func (g *group) Split(colour int) (distributed.Group, error) {
	if g.broken != nil {
		return nil, g.broken
	}
	// A colour of MPI has 32 bits. The rank of the first member that has the same does, too.
	colours, err := g.Gather(binary.LittleEndian.AppendUint64(nil, uint64(colour)))
	if err != nil {
		return nil, err
	}
	first := -1
	for rank, c := range colours {
		if int(binary.LittleEndian.Uint64(c)) < 0 {
			return nil, fmt.Errorf("mpi: process %d of the group gives the colour %d: want 0 or more", rank, int(binary.LittleEndian.Uint64(c)))
		}
		if first < 0 && int(binary.LittleEndian.Uint64(c)) == colour {
			first = rank
		}
	}
	g.begin(aSplit)
	defer g.end()
	g.library.mu.Lock()
	defer g.library.mu.Unlock()
	if err := g.call(g.commSplit, g.comm, uintptr(first), uintptr(g.rank), address(&g.handle)); err != nil {
		g.broken = fmt.Errorf("mpi: process %d: a split: %w", g.world.rank, err)
		return nil, g.broken
	}
	part, err := g.newGroup(g.handle)
	if err != nil {
		return nil, err
	}
	part.most = g.most
	return part, nil
}

// Leave ends all processes of the job, this one included, after a line on standard error.
func (g *group) Leave(err error) {
	g.endJob(fmt.Sprintf("process %d leaves the group: %v", g.world.rank, err))
}
