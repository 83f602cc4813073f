package adopt

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"github.com/gokfac/gokfac/losses"
)

// Output is one of a graph's outputs.
type Output struct {
	// Node is the logits, N×C for N examples, or SoftMax, LogSoftMax or Sigmoid of them.
	Node *gorgonia.Node
	// Distribution is the predictive distribution, as a function of the logits. Default: the
	// one that the cost is the negative log-likelihood of, among losses.SoftmaxCrossEntropy,
	// SigmoidCrossEntropy and SquaredError.
	Distribution losses.Loss
}

// Config says what New cannot see in a graph.
type Config struct {
	// Outputs are the network's outputs: one, or several whose distributions are independent given
	// the input. Default: the one SoftMax or LogSoftMax that the cost depends on.
	Outputs []Output
	// Scale is c in cost = c·h, where h is the mean over examples of the negative
	// log-likelihood, and sums over the units of an example. Gradients are divided by c, since
	// damping and learning rates are for h. Default: found, by evaluating the cost; 1 if the cost
	// is no negative log-likelihood. A cost that is a mean over N examples and C classes has c = 1/C.
	Scale float64
	// Seed is of the targets that are drawn from the model.
	Seed uint64
}

// Validate returns an error that names the first setting that cannot be. New calls it.
func (c Config) Validate() error {
	if !(c.Scale >= 0) || math.IsInf(c.Scale, 0) {
		return fmt.Errorf("adopt: scale %g: want a positive number, or 0 to find it", c.Scale)
	}
	for i, o := range c.Outputs {
		if o.Node == nil {
			return fmt.Errorf("adopt: output %d has no node", i+1)
		}
	}
	return nil
}
