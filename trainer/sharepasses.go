package trainer

import (
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/graph"
)

// Loss is h.
func (s *Share) Loss() (float64, error) {
	return s.run(0, func() (float64, error) { return s.local.Loss() })
}

// Grad fills the gradients. The taps are those of the process's share.
func (s *Share) Grad() (float64, error) {
	s.passing.sampled = false
	h, err := s.run(0, func() (float64, error) { return s.local.Grad() })
	if err != nil {
		return h, err
	}
	return h, s.sumGradients(h)
}

// Curvature fills the gradients, and shows visit the passes of est over the process's
// share. Gradients of loose parameters are those of the whole mini-batch, in a pass of
// their own at the end, where est draws a target for each example. Where it has a pass for
// each example, they are those of the process's examples.
func (s *Share) Curvature(est graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	if err := est.Validate(); err != nil {
		return 0, err
	}
	p := &s.passing
	p.est, p.visit, p.sampled = est, visit, false
	defer func() { p.visit = nil }()
	s.model.streams.Places.Pass++
	h, err := s.run(0, func() (float64, error) { return s.local.Curvature(est, s.show) })
	if err != nil {
		return h, err
	}
	sampled := drawsOne(est) && len(s.Loose()) > 0
	if sampled && !p.sampled { // a process whose parts are all stand-ins
		s.looseMemory()
	}
	p.sampled = sampled
	if err := s.sumGradients(h); err != nil || !sampled {
		return h, err
	}
	p.pass = graph.CurvaturePass{Examples: s.whole, Loose: s.loose}
	return h, visit(&p.pass)
}

// drawsOne reports whether an estimator draws one target for each example.
func drawsOne(est graph.FisherEstimator) bool { return est == graph.MC || est == graph.GGN }

// showOwn shows visit a pass over the process's share as one over the mini-batch.
func (s *Share) showOwn(c *graph.CurvaturePass) error {
	p := &s.passing
	if c.Taps != nil {
		p.pass = *c
		p.pass.Loose = nil
		if s.n == 0 {
			at := s.uncopied
			p.pass.Examples, p.pass.First, p.pass.Step = s.total, at.first, at.step
		}
		if err := p.visit(&p.pass); err != nil {
			return err
		}
	}
	if c.Loose == nil || s.total == 0 {
		return nil
	}
	s.looseMemory()
	s.loose.Copy(c.Loose)
	if drawsOne(p.est) {
		p.sampled = true
		return nil
	}
	s.loose.Scale(s.weight())
	p.pass = graph.CurvaturePass{Examples: s.whole, Loose: s.loose}
	return p.visit(&p.pass)
}

// looseMemory makes memory for the gradients of loose parameters.
func (s *Share) looseMemory() {
	if len(s.loose) == 0 {
		s.loose = graph.NewDirection(s.Loose())
	}
}

// Products forms the sum of the processes' products. Over fewer examples than all, each
// process takes those of its own among the leading ones.
func (s *Share) Products(examples int, dirs ...graph.Direction) (*mat.SymDense, error) {
	if examples <= 0 || examples > s.whole {
		examples = s.whole
	}
	own := s.among(examples)
	_, err := s.run(len(dirs)*(len(dirs)+1)/2, func() (float64, error) {
		if own == 0 {
			return 0, nil
		}
		asked := own
		if own == s.total {
			asked = 0
		}
		f, err := s.local.Products(asked, dirs...)
		if err != nil {
			return 0, err
		}
		at := 0
		for i := range dirs {
			for j := range i + 1 {
				s.numbers[at] = f.At(i, j) * float64(own) / float64(examples)
				at++
			}
		}
		return 0, nil
	})
	if err != nil {
		return nil, err
	}
	s.gram.Reset()
	s.gram.ReuseAsSym(len(dirs))
	at := 0
	for i := range dirs {
		for j := range i + 1 {
			s.gram.SetSym(i, j, s.numbers[at])
			at++
		}
	}
	return &s.gram, nil
}

// among is how many of the process's examples are among the leading ones of the mini-batch.
func (s *Share) among(leading int) int {
	if s.n == 0 {
		return s.uncopied.below(leading, s.total)
	}
	n := 0
	for k := range s.n {
		n += s.parts[k].place.below(leading, s.counted(k))
	}
	return n
}

// below is how many of n examples have a number below bound.
func (p place) below(bound, n int) int {
	step := max(p.step, 1)
	return min(max((bound-p.first+step-1)/step, 0), n)
}

// Multiply fills dst with the mean of the processes' products.
func (s *Share) Multiply(m graph.Matrix, dst, v graph.Direction) error {
	if _, err := s.run(0, func() (float64, error) { return 0, s.local.Multiply(m, dst, v) }); err != nil {
		return err
	}
	s.fusion.Reset()
	addDirection(&s.fusion, dst, s.weight())
	return s.fusion.Sum(s.group)
}

// sumGradients makes the gradients, and at the first pass the buffers, those of the
// mini-batch. A loss or a gradient that is not finite leaves the buffers what they were
// before it.
func (s *Share) sumGradients(h float64) error {
	s.fusion.Reset()
	addDirection(&s.fusion, s.grads, s.weight())
	if s.passing.sampled {
		addDirection(&s.fusion, s.loose, s.weight())
	}
	buffers := s.model.buffers
	due := len(buffers) > 0 && !s.mean
	if due {
		for _, b := range buffers {
			addDirection(&s.fusion, graph.Direction{b.Value}, s.weight())
		}
	}
	if err := s.fusion.Sum(s.group); err != nil {
		return err
	}
	if due {
		if s.mean = graph.CheckGradients(h, s.model.learned) == nil; !s.mean {
			s.giveBack()
		}
	}
	return nil
}

// giveBack makes buffers what they were before the mini-batch, which counts as not taken in.
func (s *Share) giveBack() {
	s.buffers.restore(s.model.buffers)
	if o, ok := s.local.(*objective); ok {
		o.committed = 0
	}
	for k := range s.n {
		s.parts[k].taken = false
	}
}

// addDirection adds the tensors of d, each multiplied by weight, to a sum.
func addDirection(f *distributed.Fusion, d graph.Direction, weight float64) {
	for _, t := range d {
		if t.Dtype() == graph.Float32 {
			f.Add32(t.Float32s(), weight)
		} else {
			f.Add64(t.Float64s(), weight)
		}
	}
}
