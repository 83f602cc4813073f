package losses

import (
	"errors"
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// Cost is what is minimised: a function of a network's outputs z, N×C, and of
// targets y.
type Cost interface {
	// TargetShape is the shape of the targets for outputs of shape out.
	TargetShape(out tensor.Shape) (tensor.Shape, error)
	// Validate returns an error that names the first of the targets, a float
	// tensor, that the cost cannot take for outputs of C units.
	Validate(y *tensor.Dense, outputs int) error
	// Build adds the cost, of shape (1): the mean over examples.
	Build(b *graph.Builder, z, y *graph.Node) (*graph.Node, error)
}

// Distribution is the predictive distribution p(y|z) of a network with outputs z.
// Its Fisher matrix is what K-FAC's curvature is of, whatever is minimised.
type Distribution interface {
	// Mean adds the mean of p(y|z), N×C; of a [DiagonalGaussian] with outputs N×2C it
	// has the targets' shape N×C.
	Mean(b *graph.Builder, z *graph.Node) (*graph.Node, error)
	// Sample adds targets drawn from p(y|z), in the targets' shape. Each run draws anew,
	// by Builder.DrawsOf(graph.Targets) and graph.ByExample. An op may also draw from
	// Streams.Sample itself. The targets are then right, but processes that share a
	// mini-batch draw others than one process does.
	Sample(b *graph.Builder, z *graph.Node) (*graph.Node, error)
	// NegativeLogLikelihood adds the mean over examples of −log p(y|z), but for a
	// constant, of shape (1).
	NegativeLogLikelihood(b *graph.Builder, z, y *graph.Node) (*graph.Node, error)
	// FactorProduct adds B·r for every example, N×C, where BBᵀ = H_L has C
	// columns and r is N×C. There is no 1/N in it, and no derivative flows.
	FactorProduct(b *graph.Builder, z, r *graph.Node) (*graph.Node, error)
	// FactorTransposeProduct adds Bᵀ·t for every example, N×C:
	// ⟨Bᵀs, Bᵀt⟩ = sᵀH_L·t. There is no 1/N in it, and no derivative flows.
	FactorTransposeProduct(b *graph.Builder, z, t *graph.Node) (*graph.Node, error)
	// KL adds the mean over examples of KL(p(·|z₀) ‖ p(·|z)), in nats, of shape (1).
	// z₀ is a constant to derivatives.
	KL(b *graph.Builder, z0, z *graph.Node) (*graph.Node, error)
}

// Loss is a cost with a predictive distribution. For the losses of this package the
// cost is the distribution's negative log-likelihood. [With] takes another cost.
type Loss interface {
	Cost
	Distribution
}

// With is the loss that minimises cost and has the curvature, the predictions and the
// samples of d: for a surrogate of d's negative log-likelihood.
func With(cost Cost, d Distribution) Loss { return pair{cost, d} }

// pair must be comparable: it is a key of shared nodes.
type pair struct {
	Cost
	Distribution
}

// TargetShape is the cost's. It is what a model asks first, and refuses a half that is
// missing.
func (p pair) TargetShape(out tensor.Shape) (tensor.Shape, error) {
	if p.Cost == nil || p.Distribution == nil {
		return nil, errors.New("losses: With needs a cost and a distribution")
	}
	return p.Cost.TargetShape(out)
}

func (p pair) String() string {
	return fmt.Sprintf("%v with the distribution of %v", p.Cost, p.Distribution)
}

// MoreTargets is a cost with targets beyond the first, such as a weight for each
// example. Build is the cost without them.
type MoreTargets interface {
	Cost
	// MoreShapes are the shapes of the further targets.
	MoreShapes(out tensor.Shape) ([]tensor.Shape, error)
	// ValidateMore is Validate for them.
	ValidateMore(more []*tensor.Dense, outputs int) error
	// BuildMore is Build with them.
	BuildMore(b *graph.Builder, z, y *graph.Node, more []*graph.Node) (*graph.Node, error)
}

// AsMoreTargets is the cost of a loss as a [MoreTargets].
func AsMoreTargets(l Loss) (MoreTargets, bool) {
	if p, ok := l.(pair); ok {
		m, ok := p.Cost.(MoreTargets)
		return m, ok
	}
	m, ok := l.(MoreTargets)
	return m, ok
}

// likelihoodKey shares a cost that is the negative log-likelihood, for a model to see
// that both are one.
type likelihoodKey struct {
	loss Loss
	z, y *graph.Node
}

// meanKey shares a loss's Mean among the nodes that need it.
type meanKey struct {
	loss Loss
	z    *graph.Node
}
