package policy

import (
	"fmt"
	"math"
	"slices"
)

// advantages fills dst, N, with A_t = δ_t + γλ·A_{t+1}, δ = r + γ·V(s′) − V(s), where the
// sum stops at ends of episodes and of the batch (Schulman et al. 2016, equation 16), and
// returns, N, with A + V.
func (b *Batch) advantages(dst []float64, gamma, lambda float64) {
	for e := range b.Environments {
		var next float64
		for t := b.Steps - 1; t >= 0; t-- {
			i := e*b.Steps + t
			if b.Terminated[i] || b.Truncated[i] {
				next = 0
			}
			next = b.Rewards[i] + gamma*b.Next[i] - b.Values[i] + gamma*lambda*next
			dst[i] = next
			b.Returns[i] = next + b.Values[i]
		}
	}
}

// checkReturns refuses returns and advantages whose variance may overflow.
func (b *Batch) checkReturns() error {
	for i, a := range b.Advantages.Float64s() {
		if size := max(math.Abs(a), math.Abs(b.Returns[i])); size > largest || math.IsNaN(size) {
			var reward float64
			for _, r := range b.Rewards {
				reward = max(reward, math.Abs(r))
			}
			return fmt.Errorf("policy: rewards of a size up to %v make returns or advantages above %v: scale the rewards down", reward, largest)
		}
	}
	return nil
}

// standardise gives x mean 0 and deviation 1. Numbers that are all equal become 0.
func standardise(x []float64) {
	if slices.Max(x) == slices.Min(x) { // a sum of large numbers rounds: their mean is not quite they
		clear(x)
		return
	}
	n := float64(len(x))
	var mean, squares float64
	for _, v := range x {
		mean += v
	}
	mean /= n
	for _, v := range x {
		squares += (v - mean) * (v - mean)
	}
	deviation := math.Sqrt(squares / n)
	deviation += min(1e-8, 1e-4*deviation)
	for i := range x {
		x[i] = (x[i] - mean) / deviation
	}
}
