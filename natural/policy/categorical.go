package policy

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// Categorical is the family of distributions over actions 0 … N−1 with logits z.
type Categorical struct{ N int }

var _ Family = Categorical{}

func (c Categorical) String() string { return fmt.Sprintf("categorical of %d", c.N) }

// Outputs is N.
func (c Categorical) Outputs() int { return c.N }

// Size is 1.
func (Categorical) Size() int { return 1 }

// Head makes logits near 0: the first policy takes all actions alike.
func (c Categorical) Head() layers.Layer {
	return &layers.Dense{Units: c.N, Init: layers.Orthogonal(headGain)}
}

// headGain is the gain of the last layer's weights in a policy. It is so small that the first
// policy hardly depends on the state (Andrychowicz et al. 2021, section 3.2).
const headGain = 0.01

// Loss is softmax cross-entropy.
func (Categorical) Loss() losses.Canonical { return losses.SoftmaxCrossEntropy{} }

// Sample draws the number of an action.
func (c Categorical) Sample(r *rand.Rand, z, action []float64) {
	total := floats.LogSumExp(z)
	u := r.Float64()
	last := 0
	for k, v := range z {
		p := math.Exp(v - total)
		if p > 0 {
			last = k
		}
		if u -= p; u < 0 {
			break
		}
	}
	action[0] = float64(last)
}

// Mode is the first of the actions with the greatest logit.
func (Categorical) Mode(z, action []float64) {
	best := 0
	for k, v := range z {
		if v > z[best] {
			best = k
		}
	}
	action[0] = float64(best)
}

// LogProbability is z_a − log Σ exp z.
func (Categorical) LogProbability(z, action []float64) float64 {
	return z[int(action[0])] - floats.LogSumExp(z)
}

// Score is e_a − p.
func (Categorical) Score(dst, z, action []float64) {
	total := floats.LogSumExp(z)
	for k, v := range z {
		dst[k] = -math.Exp(v - total)
	}
	dst[int(action[0])]++
}

// Entropy is −Σ p log p.
func (Categorical) Entropy(z []float64) float64 {
	total := floats.LogSumExp(z)
	var sum float64
	for _, v := range z {
		sum -= math.Exp(v-total) * (v - total)
	}
	return sum
}

// EntropySlope is −p(log p + H).
func (c Categorical) EntropySlope(dst, z []float64) {
	total, entropy := floats.LogSumExp(z), c.Entropy(z)
	for k, v := range z {
		dst[k] = -math.Exp(v-total) * (v - total + entropy)
	}
}

// KL is Σ p₀(log p₀ − log p).
func (Categorical) KL(z0, z []float64) float64 {
	total0, total := floats.LogSumExp(z0), floats.LogSumExp(z)
	var sum float64
	for k, v := range z0 {
		sum += math.Exp(v-total0) * ((v - total0) - (z[k] - total))
	}
	return sum
}
