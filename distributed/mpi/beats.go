//go:build !nompi && (linux || (darwin && mpi)) && (amd64 || arm64)

package mpi

import (
	"fmt"
	"runtime"
	"time"

	"github.com/ebitengine/purego"
)

// beats are signs of life. Each process sends one to the next every second, and ends the
// job if it gets none from the one before. They are sent from a goroutine that does
// nothing else, so that a process that computes for minutes, or waits in a call, gives
// them, too; one that is dead or stopped does not.
//
// Time is counted in ticks of this goroutine: a process that was itself stopped, with all
// others or alone, does not find when it goes on that the others have been silent.
type beats struct {
	*world
	comm        uintptr // of its own: calls of the group do not meet these messages
	left, right int
	in, out     message
	args        [7]uintptr
	done        int32

	closing chan struct{}
	ended   chan struct{}
}

type message struct {
	request uintptr
	content byte
	open    bool // the request is not done
}

const (
	alive byte = iota
	bye        // the last message
)

const (
	longestTick = 100 * time.Millisecond // a hundredth of the patience, if that is less
	ticksBeat   = 10                     // between two signs of life
	closingTick = time.Millisecond
)

func newBeats(w *world, comm uintptr, size int) *beats {
	return &beats{
		world: w, comm: comm, left: (w.rank + size - 1) % size, right: (w.rank + 1) % size,
		closing: make(chan struct{}), ended: make(chan struct{}),
	}
}

// stop returns when all processes have stopped.
func (b *beats) stop() {
	close(b.closing)
	<-b.ended
}

// run gives and takes signs of life until all processes have said bye.
func (b *beats) run() {
	if err := b.beat(); err != nil {
		b.endJob(err.Error())
	}
	close(b.ended)
}

func (b *beats) beat() error {
	pause := max(min(longestTick, b.patience/100), closingTick)
	clock := time.NewTicker(pause)
	defer clock.Stop()
	if err := b.receive(); err != nil {
		return err
	}
	silent, closing := time.Duration(0), b.closing
	for ticks := 0; ; ticks++ {
		if err := b.progress(&b.in); err != nil {
			return err
		}
		if !b.in.open {
			silent = 0
			if b.in.content == alive {
				if err := b.receive(); err != nil {
					return err
				}
			}
		}
		if err := b.progress(&b.out); err != nil {
			return err
		}
		last := closing == nil
		switch {
		case b.out.open || b.out.content == bye:
		case last || ticks%ticksBeat == 0:
			if err := b.send(last); err != nil {
				return err
			}
		}
		if !b.in.open && !b.out.open && b.out.content == bye {
			return nil
		}
		if b.in.open && silent > b.patience {
			b.endJob(fmt.Sprintf("process %d: process %d has given no sign of life for %v: it has died or stalled", b.rank, b.left, silent.Round(100*time.Millisecond)))
		}
		b.checkCalls()
		select {
		case <-closing:
			closing, pause = nil, closingTick
			clock.Reset(pause)
		case <-clock.C:
			silent += pause
		}
	}
}

func (b *beats) receive() error {
	b.in.open = true
	return b.post(b.irecv, &b.in, b.left)
}

func (b *beats) send(last bool) error {
	b.out.open = true
	if last {
		b.out.content = bye
	}
	return b.post(b.isend, &b.out, b.right)
}

func (b *beats) post(function uintptr, m *message, peer int) error {
	b.args = [7]uintptr{address(&m.content), 1, b.bytes, uintptr(peer), 0, b.comm, address(&m.request)}
	return b.do(function, 7)
}

// progress finds out whether a message has been sent, or has come.
func (b *beats) progress(m *message) error {
	if !m.open {
		return nil
	}
	b.args = [7]uintptr{address(&m.request), address(&b.done), b.statusNone}
	err := b.do(b.test, 3)
	m.open = b.done == 0
	return err
}

func (b *beats) do(function uintptr, args int) error {
	r, _, _ := purego.SyscallN(function, b.args[:args]...)
	runtime.KeepAlive(b)
	if err := b.check(r); err != nil {
		return fmt.Errorf("mpi: process %d: signs of life: %w", b.rank, err)
	}
	return nil
}
