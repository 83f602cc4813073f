package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// partSums adds up the statistics of a mini-batch of N examples that is computed in parts. A
// block's statistics are means over examples. For the parts' statistics S_k, each over
// N_k examples, those of the mini-batch are
//
//	S = Σ (N_k/N)·S_k.
//
// The sum is the only memory beside the blocks' own, whatever the number of parts.
// Statistics of loose parameters are no part of it: their passes are the mini-batch's.
type partSums struct {
	list     func(Block, *Statistics) // lists the statistics that are summed
	part     int                      // index of the part in progress
	examples int                      // N_k of the part in progress
	before   int                      // examples of the parts before
	closed   int                      // number of parts in the sum
	sum32    []float32                // the sum, one statistic after the other
	sum64    []float64
	of       Statistics // scratch memory: the statistics of one block
}

// begin prepares for the first part.
func (s *partSums) begin(list func(Block, *Statistics)) {
	s.list, s.part, s.before, s.closed = list, 0, 0, 0
	s.examples = 0
}

// inParts reports whether the objective computes its mini-batch in parts: its taps have
// fewer examples than the mini-batch.
func inParts(obj graph.CurvatureObjective) bool {
	taps := obj.Taps()
	return len(taps) > 0 && taps[0].Examples < obj.Examples()
}

// enterPart takes the statistics of the part before into the sum, if c is a pass over
// another part.
func (p *Preconditioner) enterPart(c *graph.CurvaturePass) {
	if c.Taps == nil {
		return
	}
	if c.Part != p.parts.part {
		p.closePart()
		p.parts.part = c.Part
		p.pass.FirstTaps = true
	}
	p.parts.examples = c.Examples
	p.pass.first, p.pass.step = c.First, c.Step
	if c.First == 0 && c.Step == 0 { // an objective that does not say
		p.pass.first = p.parts.before
	}
}

// measures reports whether the i-th block measures the part in progress. The blocks under
// taps leave out stand-ins, and the built-in ones leave out parts beyond the leading
// examples (τ1).
func (p *Preconditioner) measures(i int) bool {
	switch {
	case i >= p.tapped || p.pass.Taps == nil:
		return true
	case i >= p.layered:
		return p.parts.examples > 0
	}
	return p.pass.measured(p.parts.examples) > 0
}

// weights returns the share of the mini-batch's statistics that those of the part in
// progress have, in the built-in blocks under taps and in registered ones.
func (p *Preconditioner) weights() (layered, other float64) {
	s := &p.parts
	other = float64(s.examples) / float64(p.pass.whole)
	if f := p.pass.fraction; f > 0 && f < 1 {
		return float64(p.pass.measured(s.examples)) / float64(leading(f, p.pass.whole)), other
	}
	return other, other
}

// closePart adds the statistics of the part in progress to the sum.
func (p *Preconditioner) closePart() {
	s := &p.parts
	layered, other := p.weights()
	if s.closed == 0 {
		s.sum32, s.sum64 = s.sum32[:0], s.sum64[:0]
	}
	at32, at64 := 0, 0
	for i, b := range p.blocks[:p.tapped] {
		s.of.reset()
		s.list(b, &s.of)
		weight := other
		if i < p.layered {
			weight = layered
		}
		for _, x := range s.of.Float32 {
			s.sum32 = addPart(s.sum32, at32, x, float32(weight), s.closed == 0)
			at32 += len(x)
		}
		for _, x := range s.of.Float64 {
			s.sum64 = addPart(s.sum64, at64, x, weight, s.closed == 0)
			at64 += len(x)
		}
	}
	s.closed++
	s.before += s.examples
}

// addPart adds weight·x to the elements of sum from at on. If first, it appends them. A
// part of no weight has not been measured: x is what was there before, and may be NaN.
func addPart[T graph.Float](sum []T, at int, x []T, weight T, first bool) []T {
	switch {
	case first && weight == 0:
		return append(sum, make([]T, len(x))...)
	case first:
		sum = append(sum, x...)
		vector.Scale(sum[at:], weight)
	case weight != 0:
		vector.AddScaled(sum[at:at+len(x)], weight, x)
	}
	return sum
}

// joinParts gives the blocks the statistics of all parts together. It does nothing for
// a mini-batch that was computed as a whole.
func (p *Preconditioner) joinParts() {
	s := &p.parts
	if s.closed == 0 {
		return
	}
	p.closePart()
	at32, at64 := 0, 0
	for _, b := range p.blocks[:p.tapped] {
		s.of.reset()
		s.list(b, &s.of)
		for _, x := range s.of.Float32 {
			at32 += copy(x, s.sum32[at32:])
		}
		for _, x := range s.of.Float64 {
			at64 += copy(x, s.sum64[at64:])
		}
	}
}
