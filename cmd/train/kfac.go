package main

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/gokfac/gokfac/kfac"
)

// kfacInForce lists the settings of K-FAC that its mode has a use for.
func kfacInForce(c kfac.Config) []setting {
	list := []setting{
		{"kfac", "kfac-mode", string(c.Mode)}, {"kfac", "kfac-structure", string(c.Structure)},
		{"kfac", "kfac-fisher", string(c.Estimator)},
		{"kfac", "kfac-damping", orFound(c.Damping)}, {"kfac", "kfac-min-damping", orFound(c.MinDamping)},
		{"kfac", "kfac-damping-update-steps", c.DampingUpdateSteps},
	}
	if c.Mode == kfac.Adaptive {
		list = append(list, setting{"kfac", "kfac-gamma-update-steps", c.GammaUpdateSteps})
	} else {
		list = append(list, setting{"kfac", "kfac-kl-clip", c.KLClip})
	}
	return append(list,
		setting{"kfac", "kfac-factor-decay", c.FactorDecay}, setting{"kfac", "kfac-factor-update-steps", c.FactorUpdateSteps},
		setting{"kfac", "kfac-inv-update-steps", c.InverseUpdateSteps},
		setting{"kfac", "kfac-factor-fraction", c.FactorFraction}, setting{"kfac", "kfac-product-fraction", c.ProductFraction},
		setting{"kfac", "kfac-polyak", c.Polyak},
	)
}

// orFound is a damping, 0 if it is found at the first step.
type orFound float64

func (v orFound) String() string {
	if v == 0 {
		return "found"
	}
	return fmt.Sprint(float64(v))
}

// MarshalJSON keeps the type of the key: null is what was found.
func (v orFound) MarshalJSON() ([]byte, error) {
	if v == 0 {
		return []byte("null"), nil
	}
	return json.Marshal(float64(v))
}

// diagnostics are K-FAC's of the steps between two evaluations.
type diagnostics struct {
	last   kfac.Stats // of the last step
	rho    kfac.Stats // of the last step that measured ρ
	rated  bool
	undone int
	phases [5]float64 // seconds: gradient, inverse, product, update, damping
}

func (d *diagnostics) add(s kfac.Stats) {
	d.last = s
	if !math.IsNaN(s.Actual) || s.Undone {
		d.rho, d.rated = s, true
	}
	if s.Undone {
		d.undone++
	}
	for i, t := range [...]float64{
		s.GradientTime.Seconds(), s.InverseTime.Seconds(), s.ProductTime.Seconds(), s.UpdateTime.Seconds(), s.DampingTime.Seconds(),
	} {
		d.phases[i] += t
	}
}

// object is the "kfac" of a history entry. What was not measured is null.
func (d *diagnostics) object() object {
	s, rho := d.last, d.rho
	if !d.rated {
		rho = kfac.Stats{Predicted: s.Predicted, Actual: math.NaN(), Ratio: math.NaN()}
		if s.Predicted == 0 {
			rho.Predicted = math.NaN()
		}
	}
	return object{
		{"loss", finite(s.Loss)}, {"damping", finite(s.Damping)}, {"min_damping", finite(s.LeastDamping)}, {"gamma", finite(s.Gamma)},
		{"alpha", finite(s.Alpha)}, {"mu", finite(s.Mu)}, {"clip_factor", finite(s.ClipFactor)},
		{"rho", finite(rho.Ratio)}, {"predicted_change", finite(rho.Predicted)}, {"actual_change", finite(rho.Actual)},
		{"grad_norm", finite(s.GradNorm)}, {"update_norm", finite(s.UpdateNorm)}, {"cosine", finite(s.Cosine)},
		{"inverse_age", s.InverseAge}, {"failed_inverses", s.FailedInverses}, {"condition", finite(s.Condition)},
		{"undone_steps", d.undone},
		{"seconds", object{
			{"gradient", finite(d.phases[0])}, {"inverse", finite(d.phases[1])}, {"product", finite(d.phases[2])},
			{"update", finite(d.phases[3])}, {"damping", finite(d.phases[4])},
		}},
	}
}
