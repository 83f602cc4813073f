package kfac

import (
	"math"
	"time"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// stepFixed makes v μv + νU and θ θ − αv, with ν = min(1, √(κ/(α² Σ VᵀU))) the
// norm clip of Ba, Grosse & Martens 2017.
func (o *Optimizer) stepFixed(obj graph.CurvatureObjective, loss float64, clock *time.Time) error {
	v := o.grad.Direction
	nu := 1.0
	if o.cfg.KLClip > 0 {
		switch kl := o.alpha * o.alpha * v.Dot(o.proposal); {
		case math.IsInf(kl, 1): // too large for a number, while its root is not
			a, b, cosine := v.Angle(o.proposal)
			nu = math.Sqrt(o.cfg.KLClip) / math.Sqrt(a) / math.Sqrt(b) / math.Sqrt(cosine) / o.alpha
		case kl > o.cfg.KLClip:
			nu = math.Sqrt(o.cfg.KLClip / kl)
		}
	}
	measured := o.ratioDue()
	var vfv float64
	if measured { // the model is of h before the step
		o.proposal.Combine(nu, o.cfg.Momentum, o.last)
		lap(clock, &o.stats.UpdateTime)
		f, err := o.products(obj, o.proposal)
		if err != nil {
			return err
		}
		vfv = f.At(0, 0)
		lap(clock, &o.stats.ProductTime)
		o.last.Copy(o.proposal)
		o.theta.AddScaled(-o.alpha, o.last)
	} else {
		o.advance(nu)
	}
	ll, vl := o.last.Dot(o.last), v.Dot(o.last)
	gradNorm, norm, cosine := v.Angle(o.last)
	o.stats.GradNorm, o.stats.UpdateNorm, o.stats.Cosine = gradNorm/o.grad.scale, o.alpha*norm, cosine
	o.stats.ClipFactor, o.stats.Mu = nu, o.cfg.Momentum
	lap(clock, &o.stats.UpdateTime)
	var err error
	if measured {
		var after float64
		if after, err = obj.Loss(); err == nil {
			// v is the gradient as it was clipped; the slope of h is not.
			slope := -o.alpha * vl / o.grad.scale
			o.rateOf(loss, after, slope+o.alpha*o.alpha/2*(vfv+(o.lambda+obj.L2())*ll))
		}
		lap(clock, &o.stats.DampingTime)
	}
	if shrink := o.alpha * o.cfg.WeightDecay; shrink > 0 { // after ρ, whose model does not know of it
		// The share is of θ as it was before the step away from it.
		o.theta.Combine(1-shrink, -shrink*o.alpha, o.last)
	}
	o.taken()
	return err
}

// advance makes v μv + νU and θ θ − αv, in one pass over memory.
func (o *Optimizer) advance(nu float64) {
	for i, x := range o.theta {
		if x.Dtype() == graph.Float32 {
			advance(x.Float32s(), o.last[i].Float32s(), o.proposal[i].Float32s(), o.alpha, o.cfg.Momentum, nu)
		} else {
			advance(x.Float64s(), o.last[i].Float64s(), o.proposal[i].Float64s(), o.alpha, o.cfg.Momentum, nu)
		}
	}
}

func advance[T graph.Float](theta, v, u []T, alpha, mu, nu float64) {
	vector.Momentum(theta, v, u, T(alpha), T(mu), T(nu))
}
