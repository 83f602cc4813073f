package losses

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/elementwise"
	"github.com/gokfac/gokfac/internal/vector"
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
	// Mean adds the mean of p(y|z), N×C.
	Mean(b *graph.Builder, z *graph.Node) (*graph.Node, error)
	// Sample adds targets drawn from p(y|z), in the targets' shape. Each run
	// draws anew from the graph's sample stream.
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

func checkOutputs(name string, out tensor.Shape) error {
	if out.Dims() != 2 {
		return fmt.Errorf("losses: %s: outputs of shape %v: want a matrix N×units", name, out)
	}
	return nil
}

// lossOp adds a cost of shape (1), whose gradient with respect to its first
// input is what grad builds. The targets are constants.
func lossOp(b *graph.Builder, op graph.Op, grad func(d *graph.Diff) (*graph.Node, error), in ...*graph.Node) (*graph.Node, error) {
	op.Shape = tensor.Shape{1}
	op.Diff = func(d *graph.Diff) ([]*graph.Node, error) {
		grads := make([]*graph.Node, len(d.In))
		if !d.Need[0] {
			return grads, nil
		}
		var err error
		grads[0], err = grad(d)
		return grads, err
	}
	op.Tangent = func(t *graph.Tangent) (*graph.Node, error) {
		if t.Dot[0] == nil {
			return nil, nil
		}
		one, err := t.Once(oneKey{}, func() (*graph.Node, error) { return t.Ones(1), nil })
		if err != nil {
			return nil, err
		}
		g, err := grad(&graph.Diff{Builder: t.Builder, In: t.In, Out: t.Out, Grad: one, Need: []bool{true, false}})
		if err != nil {
			return nil, err
		}
		return innerProduct(t.Builder, g, t.Dot[0])
	}
	return b.Apply(op, in...)
}

type oneKey struct{}

// innerProduct adds ⟨x, y⟩, of shape (1).
func innerProduct(b *graph.Builder, x, y *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:    "inner-product",
		Shape:   tensor.Shape{1},
		F32:     dot[float32],
		F64:     dot[float64],
		Tangent: graph.Bilinear(innerProduct),
	}, x, y)
}

func dot[T graph.Float](out []T, in [][]T) { out[0] = T(vector.Dot(in[0], in[1])) }

// residual adds (mean − y)·seed/N, the gradient that the Gaussian and the
// Bernoulli cost share.
func residual(b *graph.Builder, mean, y, seed *graph.Node) (*graph.Node, error) {
	n := mean.Shape()[0]
	return b.Apply(graph.Op{
		Name:    "residual",
		Shape:   mean.Shape().Clone(),
		F32:     scaledDifference[float32](n),
		F64:     scaledDifference[float64](n),
		Tangent: residualTangent(residual),
	}, mean, y, seed)
}

// residualTangent is the tangent of a gradient (mean − y)·seed/N, which again
// builds. The targets are constants.
func residualTangent(again func(b *graph.Builder, mean, y, seed *graph.Node) (*graph.Node, error)) func(t *graph.Tangent) (*graph.Node, error) {
	return func(t *graph.Tangent) (*graph.Node, error) {
		var moved, scaled *graph.Node
		var err error
		if t.Dot[0] != nil {
			if moved, err = scale(t.Builder, t.Dot[0], t.In[2]); err != nil {
				return nil, err
			}
		}
		if t.Dot[2] != nil {
			if scaled, err = again(t.Builder, t.In[0], t.In[1], t.Dot[2]); err != nil {
				return nil, err
			}
		}
		return t.Total(moved, scaled)
	}
}

// scale adds x·seed/N, x N×C.
func scale(b *graph.Builder, x, seed *graph.Node) (*graph.Node, error) {
	n := x.Shape()[0]
	return b.Apply(graph.Op{
		Name:    "scale",
		Shape:   x.Shape().Clone(),
		F32:     scaleBy[float32](n),
		F64:     scaleBy[float64](n),
		Tangent: graph.Bilinear(scale),
	}, x, seed)
}

func scaleBy[T graph.Float](n int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		c := in[1][0] / T(n)
		for i, x := range in[0] {
			out[i] = x * c
		}
	}
}

func scaledDifference[T graph.Float](n int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		elementwise.Residual(out, in[0], in[1], in[2][0]/T(n))
	}
}

// all reports whether f32, or f64, holds for the elements of a float tensor. Targets as large as an autoencoder's are
// checked in every step, so the loss's own loop clears a good batch, and firstBad's call for every element, four times as
// slow, is left for the bad one.
func all(t *tensor.Dense, f32 func([]float32) bool, f64 func([]float64) bool) bool {
	if t.Dtype() == graph.Float32 {
		return f32(t.Float32s())
	}
	return f64(t.Float64s())
}

// firstBad is the index and value of the first element of a float tensor
// that fails ok, or -1.
func firstBad(t *tensor.Dense, ok func(v float64) bool) (int, float64) {
	if t.Dtype() == graph.Float32 {
		return scan(t.Float32s(), ok)
	}
	return scan(t.Float64s(), ok)
}

func scan[T graph.Float](x []T, ok func(v float64) bool) (int, float64) {
	for i, v := range x {
		if !ok(float64(v)) {
			return i, float64(v)
		}
	}
	return -1, 0
}
