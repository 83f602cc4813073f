package trainer

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/shares"
)

// Share makes one mini-batch of the shares that the processes of a group have of it. Every
// optimizer takes the step on it that it would take on the whole in one process, but for
// rounding: loss, gradient, curvature and products are sums over the processes,
//
//	h = Σ (N_r/N)·h_r,  N = Σ N_r,
//
// for N_r examples of process r, and all processes get the same bits. Of P processes the
// one of rank r has the examples r, r+P, r+2P, … of a mini-batch.
//
// A Trainer with a Group makes its mini-batches in this way. A loop of one's own calls Next,
// or Batch, and gives the result to the optimizer. All processes of the group make the same
// calls in the same order: so do their optimizers, which decide by the same numbers.
//
// Dropout masks and sampled targets of an example depend on the model's seed, the number of
// the mini-batch and the example's number in it. They are the same on any number of
// processes, and others than those of a model that trains without a group.
//
// A layer that computes with the statistics of its mini-batch, as BatchNorm does, sees those
// of the share. Buffers, such as running statistics, become the mean of the processes'.
//
// A process whose share of a mini-batch is empty computes one example that counts for
// nothing.
//
// An error of one process in a pass is an error of all: its own there, and a text that names
// it on the others. A Share serves one model and is not safe for concurrent use.
type Share struct {
	*Accumulation // of the process's own share
	group         distributed.Group
	local         MiniBatch // the Accumulation, or its only part
	refused       error     // why the process has no share of the mini-batch
	step          uint64    // number of the mini-batch

	fusion  distributed.Fusion
	loose   graph.Direction // gradients of Loose: of the share, then of the mini-batch
	grads   graph.Direction // the parameters' gradients
	buffers bufferValues    // before the mini-batch
	mean    bool            // they are the mean over the processes
	passing struct {
		pass    graph.CurvaturePass
		est     graph.FisherEstimator
		visit   func(*graph.CurvaturePass) error
		sampled bool // loose has the gradients of the share
	}
	show    func(*graph.CurvaturePass) error
	numbers []float64 // that a pass adds up beside h: the products
	sums    []byte    // scratch memory of checkDrift

	ctx context.Context // of the steps in progress of a Trainer's run
	ask distributed.Ask // of its event in progress; nil between events
}

var (
	_ MiniBatch          = (*Share)(nil)
	_ distributed.Shared = (*Share)(nil)
)

// NewShare returns a Share that has no mini-batch.
func NewShare(m *Model, g distributed.Group) *Share {
	s := &Share{Accumulation: NewAccumulation(m), group: g, grads: graph.Gradients(m.learned)}
	s.rows = &ownRows{Share: shares.Share{Rank: g.Rank(), Size: g.Size()}}
	s.show = s.showOwn
	return s
}

// Group is the group of processes.
func (s *Share) Group() distributed.Group { return s.group }

// Batch makes a mini-batch of a whole one, of which the process keeps its share. Arguments
// are those of [Model.Batch].
func (s *Share) Batch(x, y *tensor.Dense, more ...*tensor.Dense) (MiniBatch, error) {
	s.Reset()
	ownX, ownY, ownMore, at, err := s.rows.cut(x, y, more)
	if err != nil {
		return nil, err
	}
	local, err := s.single(ownX, ownY, ownMore, at)
	if err != nil {
		return nil, err
	}
	s.begin(local)
	return s, nil
}

// Next makes a mini-batch of the next mini-batches of src, as [Accumulation.Next] does. src
// is a [SharedSource], or gives every process the whole mini-batches.
func (s *Share) Next(src Source, parts int) (MiniBatch, error) {
	x, y, ok := first(src)
	if !ok {
		return nil, cmp.Or(failure(src), errNoBatch)
	}
	local, _, err := s.take(src, parts, x, y)
	if err != nil {
		return nil, err
	}
	s.begin(local)
	return s, nil
}

// begin takes the process's share of the next mini-batch.
func (s *Share) begin(local MiniBatch) {
	s.local, s.refused, s.mean = local, nil, false
	s.step++
	places := s.model.streams.Places
	places.Active, places.Seed, places.Step, places.Pass = true, s.model.cfg.Seed, s.step, 0
	s.buffers.save(s.model.buffers)
}

// refuse is begin of a process that has no share because of err. The others hear of it in
// the first pass.
func (s *Share) refuse(err error) {
	s.begin(nil)
	s.refused = err
}

// weight is N_r/N.
func (s *Share) weight() float64 { return float64(s.total) / float64(s.whole) }

// Examples is N.
func (s *Share) Examples() int { return s.whole }

// Taps lists the taps of the process's own share, or of the first part of it.
func (s *Share) Taps() []*graph.Tap {
	if s.local == nil {
		return nil
	}
	return s.local.Taps()
}

// Loose lists the parameters that are not under exactly one tap, and the biases of taps
// whose weight is not.
func (s *Share) Loose() []*graph.Param {
	if s.local == nil {
		return nil
	}
	return s.local.Loose()
}

// run is a pass over the process's share. It fails on all processes if it does on one, or
// if the shares do not make the mini-batch. h is that of all, and so are as many numbers as
// extra says, which pass sets.
func (s *Share) run(extra int, pass func() (float64, error)) (h float64, err error) {
	s.numbers = append(s.numbers[:0], make([]float64, extra)...)
	if err = s.refused; err == nil {
		h, err = pass()
	}
	return s.agree(h, err)
}

// agree adds up the processes' losses, and the numbers besides, and tells of their errors.
func (s *Share) agree(h float64, err error) (float64, error) {
	n := float64(s.whole)
	header := [...]float64{0, 0, float64(s.total), n, n * n}
	if err != nil {
		header[1] = 1
	} else if s.total > 0 {
		header[0] = h * s.weight()
	}
	s.numbers = append(s.numbers, header[:]...)
	if lost := s.group.Sum64(s.numbers); lost != nil {
		return h, lost
	}
	own := s.numbers[len(s.numbers)-len(header):]
	loss, failed, counted, sum, squares := own[0], own[1], own[2], own[3], own[4]
	size := float64(s.group.Size())
	switch {
	case failed > 0:
		return h, s.whoFailed(err)
	case size*squares != sum*sum:
		return h, errors.New("trainer: the mini-batches of the processes have different numbers of examples: all need the same data, in the same order")
	case size*counted != sum:
		return h, fmt.Errorf("trainer: the processes have %g of the %g examples of a mini-batch together: each needs its own share", counted, sum/size)
	}
	return loss, nil
}

// whoFailed returns an error on every process, of which some have one of their own.
func (s *Share) whoFailed(err error) error {
	_, all := distributed.Await(s.group, func() ([]byte, error) { return nil, err })
	return cmp.Or(err, all)
}
