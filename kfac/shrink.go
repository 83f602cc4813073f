package kfac

import "fmt"

// checkShrink refuses a decoupled weight decay w with a learning rate α that
// take the whole of a weight away in one step, or more: W̄ ← (1 − αw)W̄ turns its
// sign where αw > 1, and grows without bound from 2 on. The rate of a step
// includes its schedule's factor, so that a step checks it again.
func checkShrink(alpha, decay float64) error {
	if alpha*decay >= 1 {
		return fmt.Errorf("kfac: learning rate %g × weight decay %g = %g: want less than 1, which is the part of each weight that a step takes away",
			alpha, decay, alpha*decay)
	}
	return nil
}
