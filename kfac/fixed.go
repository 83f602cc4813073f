package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// fixed is the policy with a given learning rate α, momentum μ and bound κ, as SGD has
// them.
type fixed struct {
	*Optimizer
	velocity graph.Direction // v
}

func (o *fixed) build(params []*graph.Param) { o.velocity = graph.NewDirection(params) }

func (o *fixed) passOver(float64) bool { return false }

func (o *fixed) fields() []Field { return o.directionFields("velocity", o.velocity) }

// step takes v ← μv + νU and θ ← θ − αv. ν = min(1, √(κ/(α² Σ VᵀU))) is the norm clip
// of Ba, Grosse & Martens 2017.
func (o *fixed) step(obj graph.CurvatureObjective, loss float64) error {
	v := o.pre.grad.Direction
	nu := clipByKL(o.pre, o.u, 1, o.alpha, o.cfg.KLClip)
	measured := o.ratioDue()
	var vfv float64
	if measured { // exact products come first: the model is one of h before the step
		next := o.u // U's memory becomes the next velocity
		next.Combine(nu, o.cfg.Momentum, o.velocity)
		o.lap(&o.stats.UpdateTime)
		f, err := o.products(obj, next)
		if err != nil {
			return err
		}
		vfv = f.At(0, 0)
		o.lap(&o.stats.ProductTime)
		o.velocity.Copy(next)
		o.theta.AddScaled(-o.alpha, o.velocity)
	} else {
		o.advance(nu)
	}
	vl := v.Dot(o.velocity)
	gradNorm, norm, cosine := v.Angle(o.velocity)
	o.stats.GradNorm, o.stats.UpdateNorm, o.stats.Cosine = gradNorm/o.pre.grad.scale, o.alpha*norm, cosine
	o.stats.ClipFactor, o.stats.Mu = nu, o.cfg.Momentum
	o.lap(&o.stats.UpdateTime)
	var err error
	if measured {
		var after float64
		if after, err = obj.Loss(); err == nil {
			// The objective may have scaled v. The slope of h is unscaled.
			slope := -o.alpha * vl / o.pre.grad.scale
			if o.compare(loss, after, slope+float64(o.alpha*o.alpha/2*(vfv+o.damped(obj.L2(), o.velocity, o.velocity)))) {
				o.moveDamping(omega(o.cfg.DampingUpdateSteps))
			}
		}
		o.lap(&o.stats.DampingTime)
	}
	if shrink := o.alpha * o.cfg.WeightDecay; shrink > 0 { // after ρ: the model has no weight decay
		// The decay takes a share of θ before the step: θ + αv.
		o.decay(shrink, -o.alpha, o.velocity)
	}
	o.taken()
	return err
}

// advance takes v ← μv + νU and θ ← θ − αv in one pass over memory.
func (o *fixed) advance(nu float64) {
	for i, x := range o.theta {
		if x.Dtype() == graph.Float32 {
			advance(x.Float32s(), o.velocity[i].Float32s(), o.u[i].Float32s(), o.alpha, o.cfg.Momentum, nu)
		} else {
			advance(x.Float64s(), o.velocity[i].Float64s(), o.u[i].Float64s(), o.alpha, o.cfg.Momentum, nu)
		}
	}
}

func advance[T graph.Float](theta, v, u []T, alpha, mu, nu float64) {
	vector.Momentum(theta, v, u, T(alpha), T(mu), T(nu))
}

// clipByKL returns ν = min(1, √(κ/(α² Σ VᵀU))), or 1 for κ = 0. Multiplied by ν, U
// makes a step −ανU whose KL divergence is at most κ/2 to second order (Ba, Grosse &
// Martens 2017).
//
// With rates r of groups the step is −αrU and the sum Σ r²VᵀU. power says how many of
// the r are still missing in u.
func clipByKL(p *Preconditioner, u graph.Direction, power, alpha, kappa float64) float64 {
	if kappa == 0 {
		return 1
	}
	v := p.grad.Direction
	if p.factors.rates {
		var sum float64
		for i, q := range p.params {
			sum += float64(math.Pow(q.RateFactor(), power) * graph.Direction{v[i]}.Dot(graph.Direction{u[i]}))
		}
		return min(1, math.Sqrt(kappa/(alpha*alpha*sum)))
	}
	switch kl := alpha * alpha * v.Dot(u); {
	case math.IsInf(kl, 1): // kl overflows, while its root may not
		a, b, cosine := v.Angle(u)
		return math.Sqrt(kappa) / math.Sqrt(a) / math.Sqrt(b) / math.Sqrt(cosine) / alpha
	case kl > kappa:
		return math.Sqrt(kappa / kl)
	}
	return 1
}
