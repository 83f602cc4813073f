package stream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"runtime"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/scaling"
)

// Example is an example of a [Stream]. The stream copies the values: a sequence may give the same slices again.
type Example struct {
	X     []float64 // values of the example, row-major, as the file has them
	Label int       // its class, where Options.Outputs is 0
	Y     []float64 // the Outputs values to predict, where there are some
}

// Options configures a [Stream]. Shape and BatchSize have no default.
type Options struct {
	Shape       []int // of one example
	Classes     int   // labels are in [0, Classes); 0: any from 0 up to 2³¹−1
	Outputs     int   // values of one target; 0: labels are the targets
	Reconstruct bool  // targets are the inputs themselves, for autoencoders; labels and Y play no part

	BatchSize int    // examples per batch, at least 1
	KeepLast  bool   // deal the short batch left over at an epoch's end; off: drop it
	Window    int    // examples are drawn at random from the next so many; 0 and 1: they are dealt in the sequence's order
	Seed      uint64 // of the order, another one every epoch

	// Examples is the number of examples in an epoch, for Steps to be known, which schedules over epochs need. A sequence
	// with another number is an error. 0: not known; Steps is then −1.
	Examples int

	Scaling       scaling.Scaling // of X, as MeasureScaling finds it; the zero value: none
	TargetScaling scaling.Scaling // of Y

	Share Share // of one of several processes; the zero value: all examples
}

// mostValues is the most that a batch or the window may have. Processors of 32 bits address less than that.
const mostValues = min(1<<40, math.MaxInt/4)

// Validate returns an error that names the first field that is missing or out of its range. New calls it.
func (o Options) Validate() error {
	if err := o.Share.rows().Validate(); err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	values := 1
	for _, n := range o.Shape {
		if n < 1 || values > math.MaxInt32/n {
			return fmt.Errorf("stream: shape %v of an example: want positive sizes, and at most 2³¹−1 values", o.Shape)
		}
		values *= n
	}
	switch {
	case len(o.Shape) == 0:
		return errors.New("stream: Shape, that of one example, is missing")
	case o.BatchSize < 1:
		return fmt.Errorf("stream: batch size %d is not positive", o.BatchSize)
	case o.Classes < 0 || o.Outputs < 0 || o.Window < 0 || o.Examples < 0:
		return errors.New("stream: Classes, Outputs, Window and Examples must not be negative")
	case o.BatchSize > mostValues/max(values, o.Outputs) || o.Window > mostValues/max(values, o.Outputs):
		return fmt.Errorf("stream: a batch of %d or a window of %d examples of %d values is larger than any memory", o.BatchSize, o.Window, max(values, o.Outputs))
	case o.Classes > 0 && o.Outputs > 0:
		return fmt.Errorf("stream: %d classes and %d outputs: an example has a class or values to predict", o.Classes, o.Outputs)
	case o.Reconstruct && o.Outputs > 0:
		return fmt.Errorf("stream: Reconstruct, whose targets are the inputs, and %d outputs", o.Outputs)
	case o.Examples > 0 && o.Examples < o.BatchSize && !o.KeepLast:
		return fmt.Errorf("stream: batch size %d is larger than the %d examples", o.BatchSize, o.Examples)
	}
	if n := len(o.Scaling.Mean); n != len(o.Scaling.Deviation) || n > 1 && n != values {
		return fmt.Errorf("stream: a scaling of %d means and %d deviations: an example has %d values", n, len(o.Scaling.Deviation), values)
	}
	if n := len(o.TargetScaling.Mean); n != len(o.TargetScaling.Deviation) || n > 1 && n != o.Outputs {
		return fmt.Errorf("stream: a scaling of %d means and %d deviations: a target has %d values", n, len(o.TargetScaling.Deviation), o.Outputs)
	}
	return nil
}

// Stream deals out a sequence of examples in mini-batches. It is a trainer.FallibleSource and a trainer.State. It is not
// safe for concurrent use.
//
// A goroutine reads the sequence and assembles batches while the caller works on the present one. It has asked for no more
// than Window + 2·BatchSize examples beyond those dealt. It ends with the epoch, with the context, with [Stream.Close], and
// when the Stream is garbage. A sequence that waits, as for a network, has to end with the context by itself.
//
// Order: with a Window of W, the first W examples are held, one of them is drawn and dealt, the next example takes its
// place, and so on. The order depends on the seed and the number of the epoch, not on the speed of anything.
type Stream struct {
	opt      Options
	ctx      context.Context // of the reading: it is begun by Next, which has none
	cancel   context.CancelFunc
	examples iter.Seq2[Example, error]

	epoch int   // number of the epoch under way or to come, from 0
	dealt int   // batches of this epoch already dealt
	whole int   // examples of all processes in the batch that was dealt last
	pass  *pass // through the epoch under way; nil: none is
	last  *pass // through the epoch before, whose memory is used again
	err   error
}

// New deals out a sequence, which is read anew for every epoch. A sequence that can be read only once lasts for one:
// Trainer.Epochs = 1. An error that the sequence gives in place of an example ends the data: Err has it.
//
// The reading ends with ctx, which also has to be in force while the stream is used.
func New(ctx context.Context, examples iter.Seq2[Example, error], opt Options) (*Stream, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	if examples == nil {
		return nil, errors.New("stream: there is no sequence of examples")
	}
	opt.Shape = slices.Clone(opt.Shape)
	s := &Stream{opt: opt, examples: examples}
	s.ctx, s.cancel = context.WithCancel(ctx)
	// The goroutine knows the pass and not the stream, so that a stream nobody has any more ends it.
	runtime.AddCleanup(s, func(cancel context.CancelFunc) { cancel() }, s.cancel)
	return s, nil
}

// Next returns the next batch: x is float32 of shape (B, Shape...), y is int32 of shape (B), or float32 of shape (B,
// Outputs), or x itself under Reconstruct. ok is false at the end of an epoch, and then the next call begins another; it
// is false as well when the data have failed (see Err). The tensors are overwritten by the next call. A panic of the
// sequence is Next's, in the caller's goroutine.
func (s *Stream) Next() (x, y *tensor.Dense, ok bool) {
	if s.err != nil {
		return nil, nil, false
	}
	if s.pass == nil {
		s.pass, s.dealt = newPass(s.ctx, s.examples, s.opt, s.epoch, s.last), 0
		s.last = nil
	}
	b, err := s.pass.next()
	if b != nil {
		s.dealt++
		s.whole = b.whole
		return b.x, b.y, true
	}
	if err == nil && s.dealt == 0 {
		err = s.nothing()
	}
	if err != nil {
		s.err = fmt.Errorf("stream: %w", err)
		return nil, nil, false
	}
	s.pass, s.last = nil, s.pass
	s.epoch++
	return nil, nil, false
}

// nothing is the error of an epoch without a batch.
func (s *Stream) nothing() error {
	switch n := s.pass.read; {
	case n > 0:
		return fmt.Errorf("the sequence has %d examples: a batch has %d", n, s.opt.BatchSize)
	case s.epoch > 0:
		return fmt.Errorf("the sequence gave no example in epoch %d: one that can be read only once lasts for one epoch", s.epoch+1)
	}
	return errors.New("the sequence gave no example")
}

// Err is the error that has ended the data: of the sequence, of an example that does not fit the options, or of the
// context. nil: Next's ok = false was the end of an epoch.
func (s *Stream) Err() error { return s.err }

// Steps is the number of batches in an epoch; −1: not known.
func (s *Stream) Steps() int {
	switch n := s.opt.Examples; {
	case n == 0:
		return -1
	case s.opt.KeepLast:
		return (n + s.opt.BatchSize - 1) / s.opt.BatchSize
	default:
		return n / s.opt.BatchSize
	}
}

// Close ends the reading, for a stream that is given up before its epoch's end. Next gives nothing afterwards.
func (s *Stream) Close() error {
	s.cancel()
	if s.err == nil {
		s.err = errors.New("stream: it is closed")
	}
	s.pass = nil
	return nil
}
