package policy

import (
	"fmt"
	"math/rand/v2"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/natural/control"
)

// Family is a family of distributions of actions. Its functions are of a single row z of
// outputs, Outputs elements, and an action of Size elements.
type Family interface {
	// Outputs is K, the number of a network's outputs.
	Outputs() int
	// Size is the number of elements of an action.
	Size() int
	// Head is the last part of a policy's network: it makes the outputs of features.
	Head() layers.Layer
	// Loss is −log π(a|s) as a loss, whose curvature is the Fisher matrix of the family.
	Loss() losses.Canonical
	// Sample draws an action.
	Sample(r *rand.Rand, z, action []float64)
	// Mode is the likeliest action.
	Mode(z, action []float64)
	// LogProbability is log π(a|s), in nats; of a density where actions are real.
	LogProbability(z, action []float64) float64
	// Score fills dst with the gradient of LogProbability with respect to z.
	Score(dst, z, action []float64)
	// Entropy is −E log π, in nats.
	Entropy(z []float64) float64
	// EntropySlope fills dst with the gradient of Entropy with respect to z.
	EntropySlope(dst, z []float64)
	// KL is KL(π₀ ‖ π) in nats, z0 the outputs of π₀.
	KL(z0, z []float64) float64
}

// familyOf is the family for a space of actions: categorical, or Gaussian with a deviation
// that does not depend on the state.
func familyOf(space control.Space) (Family, error) {
	switch {
	case space.N >= 2:
		return Categorical{space.N}, nil
	case space.N == 0 && len(space.Low) > 0 && len(space.Low) == len(space.High):
		g, err := gaussianFor(space)
		if err != nil {
			return nil, err
		}
		return g, nil
	}
	return nil, fmt.Errorf("policy: a space of %v: want two actions or more, or a box", space)
}
