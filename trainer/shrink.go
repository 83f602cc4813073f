package trainer

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
)

// checkShrink refuses a decoupled weight decay w with a learning rate α that
// take the whole of a weight away in one step, or more: θ ← (1 − αw)θ turns its
// sign where αw > 1, and grows without bound from 2 on. The rate of a step
// includes its schedule's factor, so that a step checks it again.
func checkShrink(alpha, decay float64) error {
	if alpha*decay >= 1 {
		return fmt.Errorf("trainer: learning rate %g × weight decay %g = %g: want less than 1, which is the part of each weight that a step takes away",
			alpha, decay, alpha*decay)
	}
	return nil
}

// checkShrinks is checkShrink for each parameter's own part of the decay.
func checkShrinks(obj graph.Objective, alpha, decay float64) error {
	if decay == 0 {
		return nil
	}
	most, name := 0.0, ""
	for _, p := range obj.Params() {
		if f := p.DecayFactor(); f > most {
			most, name = f, p.Name
		}
	}
	if err := checkShrink(alpha, most*decay); err != nil {
		if most != 1 {
			err = fmt.Errorf("%w, with the factors of its group for %s", err, name)
		}
		return err
	}
	return nil
}
