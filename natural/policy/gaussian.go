package policy

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/natural/control"
)

// Gaussian is the family of normal distributions of C independent numbers, with outputs
// z = [μ, log σ]. The means depend on the state, the deviations are learned and do not.
// Draws are not bounded: an environment is given the nearest action of its box.
type Gaussian struct {
	Deviations []float64 // σ of the first policy, one for each number
}

var _ Family = (*Gaussian)(nil)

// narrowest is the range of actions from which on a network's means can tell them apart.
const narrowest = 1e-12

// gaussianFor starts with a deviation of a quarter of each range.
func gaussianFor(space control.Space) (*Gaussian, error) {
	g := &Gaussian{Deviations: make([]float64, len(space.Low))}
	for i, low := range space.Low {
		switch width := space.High[i] - low; {
		case !(width >= narrowest):
			return nil, fmt.Errorf("policy: element %d of actions is from %v to %v: want a range of %v or more", i, low, space.High[i], narrowest)
		case math.IsInf(width, 1):
			g.Deviations[i] = 1
		default:
			g.Deviations[i] = width / 4
		}
	}
	return g, nil
}

func (g *Gaussian) String() string { return fmt.Sprintf("Gaussian of %d", g.Size()) }

// Outputs is 2C.
func (g *Gaussian) Outputs() int { return 2 * g.Size() }

// Size is C.
func (g *Gaussian) Size() int { return len(g.Deviations) }

// Head makes means near 0, and the deviations beside them.
func (g *Gaussian) Head() layers.Layer {
	start := func(_ *rand.Rand, _, _ int, w []float64) {
		for i, d := range g.Deviations {
			w[i] = math.Log(d)
		}
	}
	return &layers.Parallel{Branches: []layers.Layer{
		&layers.Dense{Units: g.Size(), Init: layers.Orthogonal(headGain)},
		&layers.Vector{Units: g.Size(), Init: start},
	}}
}

// Loss is losses.DiagonalGaussian.
func (*Gaussian) Loss() losses.Canonical { return losses.DiagonalGaussian{} }

// Sample draws μ + σ∘ε.
func (g *Gaussian) Sample(r *rand.Rand, z, action []float64) {
	c := g.Size()
	for i := range c {
		action[i] = z[i] + math.Exp(z[c+i])*r.NormFloat64()
	}
}

// Mode is μ.
func (g *Gaussian) Mode(z, action []float64) { copy(action, z[:g.Size()]) }

const halfLogTwoPi = 0.91893853320467274178

// LogProbability is −Σ ½((a − μ)/σ)² + log σ + ½ log 2π.
func (g *Gaussian) LogProbability(z, action []float64) float64 {
	c := g.Size()
	var sum float64
	for i := range c {
		d := (action[i] - z[i]) / math.Exp(z[c+i])
		sum -= d*d/2 + z[c+i] + halfLogTwoPi
	}
	return sum
}

// Score is [(a − μ)/σ², ((a − μ)/σ)² − 1].
func (g *Gaussian) Score(dst, z, action []float64) {
	c := g.Size()
	for i := range c {
		deviation := math.Exp(z[c+i])
		d := (action[i] - z[i]) / deviation
		dst[i], dst[c+i] = d/deviation, d*d-1
	}
}

// Entropy is Σ log σ + ½ + ½ log 2π.
func (g *Gaussian) Entropy(z []float64) float64 {
	var sum float64
	for _, v := range z[g.Size():] {
		sum += v + 0.5 + halfLogTwoPi
	}
	return sum
}

// EntropySlope is [0, 1].
func (g *Gaussian) EntropySlope(dst, _ []float64) {
	for i := range dst {
		dst[i] = 0
		if i >= g.Size() {
			dst[i] = 1
		}
	}
}

// KL is Σ log(σ/σ₀) + (σ₀² + (μ₀ − μ)²)/(2σ²) − ½.
func (g *Gaussian) KL(z0, z []float64) float64 {
	c := g.Size()
	var sum float64
	for i := range c {
		log := z[c+i] - z0[c+i] // log(σ/σ₀)
		d := (z0[i] - z[i]) / math.Exp(z[c+i])
		sum += log + math.Expm1(-2*log)/2 + d*d/2
	}
	return sum
}
