package variational

import (
	"errors"

	"github.com/gokfac/gokfac/graph"
)

// Optimizer takes steps on a function of parameters, as those of package trainer do.
type Optimizer interface {
	Step(obj graph.Objective) (loss float64, err error)
}

// Gradient is an optimizer of package trainer on −ELBO/N, as the baseline: SGD for the
// plain gradient, or Adam. Its parameters are two vectors in float64: m, and the
// Cholesky factor L of Σ = LLᵀ, packed, with the logarithms of its diagonal, or
// log σ of a mean-field posterior. No step leaves the domain.
//
// It belongs to one posterior at a time: a step of another posterior begins anew
// there, with what the optimizer remembers.
type Gradient struct {
	optimizer Optimizer
	objective *objective
}

var _ Method = (*Gradient)(nil)

// NewGradient is a method of an optimizer that has taken no steps.
func NewGradient(optimizer Optimizer) *Gradient { return &Gradient{optimizer: optimizer} }

func (g *Gradient) String() string { return "gradient" }

// Validate wants an optimizer.
func (g *Gradient) Validate() error {
	if g.optimizer == nil {
		return errors.New("variational: a gradient method without an optimizer: see NewGradient")
	}
	return nil
}

// Step is the optimizer's. Its errors are wrapped as they are.
func (g *Gradient) Step(q *Posterior, s *Sums) error {
	if g.objective == nil || g.objective.q != q || g.objective.s.model != s.model {
		g.objective = newObjective(q)
	}
	o := g.objective
	o.s, o.fresh = s, true
	if _, err := g.optimizer.Step(o); err != nil {
		return err
	}
	return o.load()
}

// objective is −ELBO/N on the batch of the sums, as a function of (m, L).
type objective struct {
	q      *Posterior
	s      *Sums
	params []*graph.Param
	fresh  bool // q is where the parameters are, and the sums are those at q
}

var _ graph.Objective = (*objective)(nil)

func newObjective(q *Posterior) *objective {
	o := &objective{q: q, s: &Sums{}, params: []*graph.Param{
		graph.NewParam("mean", graph.Float64, q.Dim()),
		graph.NewParam("factor", graph.Float64, q.precision.size()),
	}}
	copy(o.mean(), q.mean)
	q.precision.factor(o.factor())
	return o
}

func (o *objective) mean() []float64   { return o.params[0].Value.Float64s() }
func (o *objective) factor() []float64 { return o.params[1].Value.Float64s() }

// load makes q what the parameters say.
func (o *objective) load() error {
	if !o.q.precision.setFactor(o.factor()) {
		return ErrNotPositive
	}
	copy(o.q.mean, o.mean())
	return nil
}

func (o *objective) Params() []*graph.Param { return o.params }

// Loss is in nats per example.
func (o *objective) Loss() (float64, error) {
	if !o.fresh {
		if err := o.load(); err != nil {
			return 0, err
		}
		o.s.fill(o.q)
	}
	o.fresh = false // the parameters may be changed now
	return -o.s.elbo(o.q) / o.examples(), nil
}

func (o *objective) examples() float64 { return float64(o.s.model.Examples()) }

func (o *objective) Grad() (float64, error) {
	loss, err := o.Loss()
	if err != nil {
		return loss, err
	}
	n, tau := o.examples(), o.s.Prior()
	m, l := o.params[0].Grad.Float64s(), o.params[1].Grad.Float64s()
	for i, v := range o.q.mean {
		m[i] = -(o.s.Slope[i] - tau*v) / n
	}
	o.q.precision.factorGradient(l, tau, o.s.Curvature, o.factor())
	for i := range l {
		l[i] /= -n
	}
	return loss, nil
}
