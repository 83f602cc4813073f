package job

import (
	"cmp"
	"fmt"
)

func kfacRemedies(r *Run) []string {
	s, list := r.Spec, []string{r.moreDamping()}
	if !s.adaptive() {
		// Not clip-grad: it bounds the gradient, κ the step that is made of it.
		list = smaller(list, "kfac-kl-clip", s.KFAC.KLClip)
		if s.KFAC.KLClip == 0 {
			list = append(list, "⟨kfac-kl-clip⟩ 0.01")
		}
		return append(list, "⟨warmup-steps⟩")
	}
	if floor := r.floor(); floor > 0 {
		list = append(list, fmt.Sprintf("a larger ⟨kfac-min-damping⟩ than %.4g", floor))
	}
	return append(list, fmt.Sprintf("a larger ⟨batch-size⟩ than %d", s.Batch), "⟨kfac-mode⟩ fixed")
}

// floor is the least λ in force; 0 where it was to be found and no step was
// taken.
func (r *Run) floor() float64 {
	if r.kfac == nil {
		return r.Spec.KFAC.MinDamping
	}
	return cmp.Or(r.kfac.Stats().LeastDamping, r.Spec.KFAC.MinDamping)
}

// moreDamping says which damping would be more.
func (r *Run) moreDamping() string {
	switch given := r.Spec.KFAC.Damping; {
	case given > 0:
		return fmt.Sprintf("a larger ⟨kfac-damping⟩ than %g", given)
	case r.found > 0:
		return fmt.Sprintf("a larger ⟨kfac-damping⟩ than the %.2g that was found", r.found)
	}
	return "⟨kfac-damping⟩ 10"
}
