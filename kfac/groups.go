package kfac

import "github.com/gokfac/gokfac/graph"

// Groups of parameters have factors on the learning rate, the weight decay and η. Where
// all of them are 1, as is usual, nothing here costs a pass over memory.
type factors struct {
	rates, decays, l2s bool    // some are not 1
	decay, l2          float64 // the greatest of the decays, and of those on η
}

func newFactors(params []*graph.Param) factors {
	f := factors{
		rates:  !graph.Uniform(params, (*graph.Param).RateFactor),
		decays: !graph.Uniform(params, (*graph.Param).DecayFactor),
		l2s:    !graph.Uniform(params, (*graph.Param).L2Factor),
	}
	for _, p := range params {
		f.decay, f.l2 = max(f.decay, p.DecayFactor()), max(f.l2, p.L2Factor())
	}
	return f
}

// eta is the greatest η of a parameter.
func (p *Preconditioner) eta(obj graph.CurvatureObjective) float64 { return obj.L2() * p.factors.l2 }

// propose sets u to U, with each group's rate in it.
func (o *Optimizer) propose() error {
	if err := o.pre.Apply(o.u); err != nil || !o.pre.factors.rates {
		return err
	}
	for i, p := range o.pre.params {
		graph.Direction{o.u[i]}.Scale(p.RateFactor())
	}
	return nil
}

// damped is dᵀ(λI + diag(η))e, with each parameter's own η.
func (o *Optimizer) damped(eta float64, d, e graph.Direction) float64 {
	if !o.pre.factors.l2s || eta == 0 {
		return (o.lambda + eta) * d.Dot(e)
	}
	var sum float64
	for i, p := range o.pre.params {
		sum += float64((o.lambda + float64(p.L2Factor()*eta)) * graph.Direction{d[i]}.Dot(graph.Direction{e[i]}))
	}
	return sum
}

// decay makes θ (1−s)θ + s·c·d, the weight decay beside a step of c·d: a share s of
// each weight as it was before the step, times its group's factor.
func (o *Optimizer) decay(s, c float64, d graph.Direction) {
	if !o.pre.factors.decays {
		o.theta.Combine(1-s, s*c, d)
		return
	}
	for i, p := range o.pre.params {
		own := s * p.DecayFactor()
		graph.Direction{o.theta[i]}.Combine(1-own, own*c, graph.Direction{d[i]})
	}
}
