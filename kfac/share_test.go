package kfac_test

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// member is one process of a group in tests, with a model of its own. It has the examples r,
// r+P, r+2P, … of each mini-batch, in parts.
type member struct {
	group distributed.Group
	model *trainer.Model
	parts *trainer.Accumulation
	cut   int // number of parts of a share
	draws bool
}

func newMember(g distributed.Group, m *trainer.Model, cut int) *member {
	return &member{group: g, model: m, parts: trainer.NewAccumulation(m), cut: cut}
}

// ownShare is a member's share of a mini-batch: the objective that package trainer has for
// groups, in few lines.
type ownShare struct {
	trainer.MiniBatch // of the share, or of a stand-in that counts nothing
	*member
	whole  int
	firsts []int // number of the first example of each part
	counts []int // examples that count
	sum    distributed.Fusion
	gram   *mat.SymDense
}

var _ distributed.Shared = (*ownShare)(nil)

// share is the member's share of a mini-batch. The stand-in is example 0.
func (m *member) share(x, y *tensor.Dense) (*ownShare, error) {
	n, p, r := x.Shape()[0], m.group.Size(), m.group.Rank()
	s := &ownShare{member: m, whole: n}
	var numbers []int
	for i := r; i < n; i += p {
		numbers = append(numbers, i)
	}
	m.parts.Reset()
	if m.draws && len(numbers) > 0 {
		s.firsts, s.counts = []int{r}, []int{len(numbers)}
		var err error
		s.MiniBatch, err = newDrawn(m.model, pickRows(x, numbers), pickRows(y, numbers))
		return s, err
	}
	if len(numbers) == 0 {
		s.firsts, s.counts = []int{r}, []int{0}
		numbers = []int{0}
	}
	cut := min(m.cut, len(numbers))
	for k := range cut {
		own := numbers[len(numbers)*k/cut : len(numbers)*(k+1)/cut]
		if len(s.firsts) == k {
			s.firsts, s.counts = append(s.firsts, own[0]), append(s.counts, len(own))
		}
		if err := m.parts.Add(pickRows(x, own), pickRows(y, own)); err != nil {
			return nil, err
		}
	}
	var err error
	s.MiniBatch, err = m.parts.MiniBatch()
	return s, err
}

// pickRows copies rows of x.
func pickRows(x *tensor.Dense, numbers []int) *tensor.Dense {
	shape := x.Shape().Clone()
	width := x.Size() / shape[0]
	shape[0] = len(numbers)
	switch data := x.Data().(type) {
	case []float64:
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(pickSlices(data, width, numbers)))
	case []float32:
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(pickSlices(data, width, numbers)))
	case []int32:
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(pickSlices(data, width, numbers)))
	}
	panic(fmt.Sprintf("rows of %T", x.Data()))
}

func pickSlices[E any](data []E, width int, numbers []int) []E {
	var all []E
	for _, i := range numbers {
		all = append(all, data[i*width:(i+1)*width]...)
	}
	return all
}

func (s *ownShare) Group() distributed.Group { return s.group }

func (s *ownShare) Examples() int { return s.whole }

// weight is N_r/N.
func (s *ownShare) weight() float64 {
	n := 0
	for _, count := range s.counts {
		n += count
	}
	return float64(n) / float64(s.whole)
}

// add replaces memory by its weighted sum over the group.
func (s *ownShare) add(weight float64, xs ...*tensor.Dense) error {
	s.sum.Reset()
	for _, x := range xs {
		if x.Dtype() == graph.Float32 {
			s.sum.Add32(x.Float32s(), weight)
		} else {
			s.sum.Add64(x.Float64s(), weight)
		}
	}
	return s.sum.Sum(s.group)
}

func (s *ownShare) total(h float64, err error) (float64, error) {
	if err != nil {
		return h, err
	}
	x := []float64{h * s.weight()}
	if s.weight() == 0 {
		x[0] = 0
	}
	err = s.group.Sum64(x)
	return x[0], err
}

func (s *ownShare) Loss() (float64, error) { return s.total(s.MiniBatch.Loss()) }

func (s *ownShare) Grad() (float64, error) { return s.joined(s.MiniBatch.Grad()) }

func (s *ownShare) joined(h float64, err error) (float64, error) {
	if h, err = s.total(h, err); err != nil {
		return h, err
	}
	return h, s.add(s.weight(), graph.Gradients(s.Params())...)
}

func (s *ownShare) Curvature(est graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	sampled := est == graph.MC || est == graph.GGN
	loose := graph.NewDirection(s.Loose())
	show := func(c *graph.CurvaturePass) error {
		if c.Taps != nil {
			pass := graph.CurvaturePass{Examples: s.counts[c.Part], First: s.firsts[c.Part], Step: s.group.Size(), Part: c.Part, Taps: c.Taps}
			if err := visit(&pass); err != nil {
				return err
			}
		}
		if c.Loose == nil || s.weight() == 0 {
			return nil
		}
		loose.Copy(c.Loose)
		if sampled { // of all parts: a sum over the members follows
			return nil
		}
		loose.Scale(s.weight())
		return visit(&graph.CurvaturePass{Examples: s.whole, Loose: loose})
	}
	h, err := s.joined(s.MiniBatch.Curvature(est, show))
	if err != nil || !sampled || len(loose) == 0 {
		return h, err
	}
	if err := s.add(s.weight(), loose...); err != nil {
		return h, err
	}
	return h, visit(&graph.CurvaturePass{Examples: s.whole, Loose: loose})
}

func (s *ownShare) Products(examples int, dirs ...graph.Direction) (*mat.SymDense, error) {
	if examples == 0 {
		examples = s.whole
	}
	own, sums := 0, make([]float64, len(dirs)*len(dirs))
	for i := s.group.Rank(); i < examples; i += s.group.Size() {
		own++
	}
	if own > 0 {
		f, err := s.MiniBatch.Products(own, dirs...)
		if err != nil {
			return nil, err
		}
		for i := range dirs {
			for j := range dirs {
				sums[i*len(dirs)+j] = f.At(i, j) * float64(own) / float64(examples)
			}
		}
	}
	s.gram = mat.NewSymDense(len(dirs), sums)
	return s.gram, s.group.Sum64(sums)
}

// course is what a run of some steps came to.
type course struct {
	losses  []float64
	path    [][]float64 // parameters after each step
	stats   kfac.Stats
	refused []int // steps whose mini-batches were not finite
	state   []byte
	blocks  []kfac.BlockInfo
}

// trial is a training run that one process makes, or a group.
type trial struct {
	model     func() (*trainer.Model, error)
	optimizer func() (stepper, error)
	data      func(k int) (x, y *tensor.Dense)
	steps     int
	cut       int // parts of a share; 0 counts as 1
	from      int // number of the first step
	refuses   bool
	draws     bool // targets of estimator MC follow from the examples
	resume    func(m *trainer.Model, o stepper) error
	wrap      func(graph.Objective) graph.Objective
}

// stepper is an optimizer with a state.
type stepper interface {
	trainer.Optimizer
	MarshalBinary() ([]byte, error)
	UnmarshalBinary([]byte) error
}

// alone makes the run in one process.
func (r trial) alone() (*course, error) {
	m, err := r.model()
	if err != nil {
		return nil, err
	}
	return r.run(m, func(x, y *tensor.Dense) (graph.Objective, error) {
		if r.draws {
			return newDrawn(m, x, y)
		}
		return m.Batch(x, y)
	})
}

// together makes the run in a group, and returns it as each member saw it.
func (r trial) together(size int) ([]*course, error) {
	all, models := make([]*course, size), make([]*trainer.Model, size)
	for i := range models {
		var err error
		if models[i], err = r.model(); err != nil {
			return nil, err
		}
	}
	err := distributed.Run(size, func(g distributed.Group) error {
		own := newMember(g, models[g.Rank()], max(r.cut, 1))
		own.draws = r.draws
		var err error
		all[g.Rank()], err = r.run(own.model, func(x, y *tensor.Dense) (graph.Objective, error) { return own.share(x, y) })
		return err
	})
	return all, err
}

func (r trial) run(m *trainer.Model, batch func(x, y *tensor.Dense) (graph.Objective, error)) (*course, error) {
	o, err := r.optimizer()
	if err != nil {
		return nil, err
	}
	if r.resume != nil {
		if err := r.resume(m, o); err != nil {
			return nil, err
		}
	}
	c := &course{}
	for k := range r.steps {
		obj, err := batch(r.data(r.from + k))
		if err != nil {
			return nil, err
		}
		if r.wrap != nil {
			obj = r.wrap(obj)
		}
		loss, err := o.Step(obj)
		if bad := (*graph.NonFiniteError)(nil); r.refuses && errors.As(err, &bad) {
			c.refused = append(c.refused, r.from+k)
			if math.IsNaN(loss) {
				loss = 0 // which compares
			}
		} else if err != nil {
			return nil, err
		}
		c.losses, c.path = append(c.losses, loss), append(c.path, slices.Clone(flat(m.Params(), values)))
	}
	if c.state, err = o.MarshalBinary(); err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *kfac.Optimizer:
		c.stats, c.blocks = o.Stats(), o.Preconditioner().Blocks()
	case *kfac.Preconditioned:
		c.blocks = o.Preconditioner().Blocks()
	}
	return c, nil
}

// drawn is a mini-batch whose sampled classes follow from the examples, so that all members
// of a group draw those of one process: a pass of estimator MC is one at other targets.
type drawn struct {
	trainer.MiniBatch
	model         *trainer.Model
	x, y, classes *tensor.Dense
}

func newDrawn(m *trainer.Model, x, y *tensor.Dense) (*drawn, error) {
	classes := make([]int32, x.Shape()[0])
	for i := range classes {
		classes[i] = int32(math.Mod(math.Abs(x.Float64s()[i*x.Shape()[1]])*1e4, 3))
	}
	obj, err := m.Batch(x, y)
	return &drawn{obj, m, x, y, labels(classes...)}, err
}

func (d *drawn) Curvature(est graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	obj, err := d.model.Batch(d.x, d.classes)
	if err != nil {
		return 0, err
	}
	loose := graph.NewDirection(d.Loose())
	if _, err := obj.Curvature(graph.Empirical, func(c *graph.CurvaturePass) error {
		if c.Taps == nil {
			return nil
		}
		return visit(&graph.CurvaturePass{Examples: c.Examples, Taps: c.Taps})
	}); err != nil {
		return 0, err
	}
	loose.Copy(graph.Gradients(d.Loose()))
	if d.MiniBatch, err = d.model.Batch(d.x, d.y); err != nil {
		return 0, err
	}
	h, err := d.Grad()
	if err != nil || len(loose) == 0 {
		return h, err
	}
	return h, visit(&graph.CurvaturePass{Examples: d.Examples(), Loose: loose})
}
