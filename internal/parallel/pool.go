// Package parallel shares independent pieces of work among goroutines without
// allocating. Group is for work that hands itself out; Pool takes a function
// over plain arguments instead of a closure, and keeps its frames for the next
// call.
//
//	var sums = parallel.NewPool[arguments]()
//	sums.Run(pieces, arguments{x, partial}, func(a *arguments, i int) { a.partial[i] = sum(a.x[i]) })
//
// A worker has the same pieces in every call of as many, and takes others' when it
// is through (Deal). Which goroutine takes a piece is so left to timing, and a piece
// must write memory of its own; what is added up afterwards, in the order of the
// pieces, then does not depend on the number of workers.
package parallel

import (
	"sync/atomic"

	"github.com/gokfac/gokfac/internal/cpus"
)

// Pool runs functions over arguments of type A. It is safe for concurrent use.
type Pool[A any] struct{ frames Spares[frame[A]] }

// spareFrames is the number of frames that a pool keeps. If more callers than that run at once, the others allocate
// theirs.
const spareFrames = 4

// NewPool returns a pool without frames.
func NewPool[A any]() *Pool[A] { return &Pool[A]{NewSpares(spareFrames, newFrame[A])} }

// Run calls f(&args, i) for every i from 0 to pieces−1, on at most cpus.Workers goroutines, including the caller's. When
// it returns, all calls have returned. A panic of f is raised again in the caller.
func (p *Pool[A]) Run(pieces int, args A, f func(args *A, piece int)) {
	if pieces <= 0 {
		return
	}
	r := p.frames.Get()
	r.args, r.f, r.pieces = args, f, pieces
	r.group.Run(min(cpus.Workers(), pieces))
	var none A
	r.args, r.f = none, nil // drop references to the caller's memory
	failure := r.failure.Swap(nil)
	p.frames.Put(r)
	if failure != nil {
		panic(*failure)
	}
}

// frame is one call of Run.
type frame[A any] struct {
	args    A
	f       func(*A, int)
	pieces  int
	failure atomic.Pointer[any]
	group   *Group
}

func newFrame[A any]() *frame[A] {
	r := new(frame[A])
	r.group = NewGroup(r.work)
	return r
}

// work takes pieces until none is left.
func (r *frame[A]) work(worker int) {
	defer func() {
		if e := recover(); e != nil {
			failure := e // a copy, so that only a panic allocates
			r.failure.CompareAndSwap(nil, &failure)
		}
	}()
	hand := r.group.Deal(worker, r.pieces, 1)
	for {
		i, first, _, ok := hand.Next()
		if !ok {
			return
		}
		r.f(&r.args, first+i)
	}
}
