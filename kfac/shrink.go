package kfac

import "fmt"

// checkShrink returns an error if αw ≥ 1, for a learning rate α and a decoupled weight
// decay w. In W̄ ← (1 − αw)W̄ a weight would vanish at αw = 1, change its sign above, and
// grow without bound above 2. A schedule changes the learning rate, so that every step
// checks it again.
func checkShrink(alpha, decay float64) error {
	if alpha*decay >= 1 {
		return fmt.Errorf("kfac: learning rate %g × weight decay %g = %g: want less than 1, which is the part of each weight that a step takes away",
			alpha, decay, alpha*decay)
	}
	return nil
}
