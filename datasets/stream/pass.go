package stream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"

	"github.com/gokfac/gokfac/scaling"
)

// pass reads a stream's sequence once, in a goroutine of its own.
type pass struct {
	whole context.Context // of the stream
	ctx   context.Context // of the pass
	end   context.CancelFunc
	opt   Options
	epoch int

	batches [2]batch // the caller's and the one that is being filled

	ready chan *batch // filled ones; closed at the end
	free  chan *batch // those to be filled
	dealt *batch      // the caller's

	// Of the goroutine, and of the caller once ready is closed.
	err      error
	panicked any // what the sequence has panicked with
	read     int // examples

	filling *batch // nil: none is at hand
	filled  int    // examples in filling, with those of other processes
	last    batch  // the short one at the end
	window  window
	random  *rand.Rand
	inputs  scaling.Prepared
	targets scaling.Prepared
}

// streamOrder separates the order's numbers from other generators with the same seed.
const streamOrder = 0x73747265616d

// newPass begins to read. It takes over the memory of the last pass, if there was one, which has dealt out its window.
func newPass(ctx context.Context, examples iter.Seq2[Example, error], opt Options, epoch int, last *pass) *pass {
	p := &pass{whole: ctx, opt: opt, epoch: epoch, ready: make(chan *batch, 2), free: make(chan *batch, 2)}
	p.ctx, p.end = context.WithCancel(ctx)
	p.random = rand.New(rand.NewPCG(opt.Seed, streamOrder+uint64(epoch)))
	p.inputs, p.targets = opt.Scaling.Prepare(), opt.TargetScaling.Prepare()
	if last != nil {
		p.batches, p.window = last.batches, last.window
	} else {
		for i := range p.batches {
			p.batches[i] = newBatch(opt)
		}
		p.window = newWindow(opt)
	}
	for i := range p.batches {
		p.free <- &p.batches[i]
	}
	go func() {
		defer p.end()
		defer close(p.ready)
		defer func() { p.panicked = recover() }() // for next: here it would end the process
		p.err = errors.New("the sequence has ended its goroutine")
		p.err = p.run(examples)
	}()
	return p
}

// next waits for a batch. It is nil at the end of the epoch, or with the error that has ended it. It panics if the
// sequence has.
func (p *pass) next() (*batch, error) {
	if p.dealt != nil {
		p.free <- p.dealt
		p.dealt = nil
	}
	select {
	case b, ok := <-p.ready:
		if !ok && p.panicked != nil {
			panic(p.panicked)
		}
		if !ok {
			return nil, p.err
		}
		if b != &p.last {
			p.dealt = b
		}
		return b, nil
	case <-p.whole.Done():
		return nil, p.whole.Err()
	}
}

// abandon ends a pass that nobody calls next of any more.
func (p *pass) abandon() { p.end() }

// run deals out the whole sequence.
func (p *pass) run(examples iter.Seq2[Example, error]) error {
	for example, err := range examples {
		switch {
		case p.ctx.Err() != nil:
			return p.ctx.Err()
		case err != nil:
			return fmt.Errorf("after %d examples of epoch %d: %w", p.read, p.epoch+1, err)
		case p.opt.Examples > 0 && p.read == p.opt.Examples:
			return fmt.Errorf("the sequence has more than the %d examples that the options say", p.read)
		}
		if err := p.check(&example); err != nil {
			return fmt.Errorf("example %d: %w", p.read+1, err)
		}
		p.read++
		if err := p.take(&example); err != nil {
			return err
		}
	}
	if err := p.ctx.Err(); err != nil {
		return err // the sequence has ended because of it
	}
	if n := p.opt.Examples; n > 0 && p.read < n {
		return fmt.Errorf("the sequence ended after %d of the %d examples that the options say", p.read, n)
	}
	for p.window.held > 0 {
		slot := p.random.IntN(p.window.held)
		if err := p.deal(slot); err != nil {
			return err
		}
		p.window.remove(slot)
	}
	if p.filled > 0 && p.opt.KeepLast {
		p.last = p.filling.rows.head(p.opt, p.filled)
		p.ready <- &p.last // has room: two batches, one of which is this
	}
	return nil
}

// check compares an example with the options.
func (p *pass) check(e *Example) error {
	if want := p.window.width; len(e.X) != want {
		return fmt.Errorf("%d values: an example of shape %v has %d", len(e.X), p.opt.Shape, want)
	}
	for i, v := range e.X {
		switch {
		case v-v != 0:
			return fmt.Errorf("value %d is %v: want finite numbers", i+1, v)
		case math.Abs(v) > math.MaxFloat32 && len(p.opt.Scaling.Mean) == 0:
			return fmt.Errorf("value %d is %v, which a float32 does not hold: scale it", i+1, v)
		}
	}
	switch {
	case p.opt.Reconstruct:
	case len(e.Y) != p.opt.Outputs:
		return fmt.Errorf("%d values to predict: the options say %d", len(e.Y), p.opt.Outputs)
	case p.opt.Outputs == 0 && (e.Label < 0 || e.Label > math.MaxInt32 || p.opt.Classes > 0 && e.Label >= p.opt.Classes):
		if p.opt.Classes == 0 {
			return fmt.Errorf("label %d: want a number from 0 to 2³¹−1", e.Label)
		}
		return fmt.Errorf("label %d: the %d classes have the numbers 0 to %d", e.Label, p.opt.Classes, p.opt.Classes-1)
	}
	for i, v := range e.Y {
		switch {
		case v-v != 0:
			return fmt.Errorf("value %d to predict is %v: want finite numbers", i+1, v)
		case math.Abs(v) > math.MaxFloat32 && len(p.opt.TargetScaling.Mean) == 0:
			return fmt.Errorf("value %d to predict is %v, which a float32 does not hold: scale it", i+1, v)
		}
	}
	return nil
}

// take puts an example into the window, in the place of one that is dealt where the window is full.
func (p *pass) take(e *Example) error {
	slot := p.window.held
	if slot == p.window.size {
		slot = p.random.IntN(slot)
		if err := p.deal(slot); err != nil {
			return err
		}
	} else {
		p.window.held++
	}
	w := &p.window
	scaling.PreparedRows(p.inputs, w.example(slot), e.X)
	if w.labels != nil {
		w.labels[slot] = int32(e.Label)
	}
	if w.targets != nil {
		scaling.PreparedRows(p.targets, w.target(slot), e.Y)
	}
	if w.size == 1 {
		w.held = 0
		return p.deal(0) // at once: nothing is drawn
	}
	return nil
}

// deal copies an example to the batch that is being filled, if it is of the share.
func (p *pass) deal(slot int) error {
	if p.filling == nil {
		select {
		case p.filling = <-p.free:
		case <-p.ctx.Done():
			return p.ctx.Err()
		}
	}
	if row := p.opt.Share.rows().Row(p.filled); row >= 0 {
		p.filling.put(row, &p.window.rows, slot)
	}
	if p.filled++; p.filled == p.opt.BatchSize {
		p.ready <- p.filling // has room for both batches
		p.filling, p.filled = nil, 0
	}
	return nil
}
