package losses

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/elementwise"
)

// Mixable is a cost that also takes examples that are mixtures of two (mixup, Zhang et
// al. 2018; CutMix, Yun et al. 2019), each with two targets y and y′ and the share λ of
// the first. An example costs λ·cost(z, y) + (1−λ)·cost(z, y′). A batch of a model may
// have them or not:
//
//	obj, err := model.Batch(x, y, others, shares) // y and others as the loss has them, shares of shape (N)
//
// The distribution does not depend on targets, and so curvature stays what it is. The
// empirical Fisher is of the targets y.
type Mixable interface {
	Cost
	// BuildMixed adds (1/N) Σ λ_n·cost(z_n, y_n) + (1−λ_n)·cost(z_n, y′_n), of shape (1).
	BuildMixed(b *graph.Builder, z, y, others, shares *graph.Node) (*graph.Node, error)
}

var (
	_ Mixable = SoftmaxCrossEntropy{}
	_ Mixable = (*ClassCost)(nil)
)

// AsMixable is the cost of a loss as a [Mixable].
func AsMixable(l Loss) (Mixable, bool) {
	if p, ok := l.(pair); ok {
		m, ok := p.Cost.(Mixable)
		return m, ok
	}
	m, ok := l.(Mixable)
	return m, ok
}

// ValidateShares checks that the shares of mixtures, a float tensor, are from 0 to 1.
func ValidateShares(shares *tensor.Dense) error {
	if i, v := firstBad(shares, func(v float64) bool { return v >= 0 && v <= 1 }); i >= 0 {
		return fmt.Errorf("losses: share %v of example %d: want a number from 0 to 1", v, i)
	}
	return nil
}

// BuildMixed adds (1/N) Σ_n log Σ_c exp(z_nc) − λ_n·z_{n,y_n} − (1−λ_n)·z_{n,y′_n}.
func (l SoftmaxCrossEntropy) BuildMixed(b *graph.Builder, z, y, others, shares *graph.Node) (*graph.Node, error) {
	n, c := z.Shape()[0], z.Shape()[1]
	return lossOp(b, graph.Op{
		Name: "mixed-softmax-cross-entropy",
		F32:  mixedCrossEntropy[float32](n, c),
		F64:  mixedCrossEntropy[float64](n, c),
	}, func(d *graph.Diff) (*graph.Node, error) {
		p, err := l.Mean(d.Builder, d.In[0])
		if err != nil {
			return nil, err
		}
		return mixedResidual(d.Builder, p, d.In[1], d.Grad, d.In[2], d.In[3])
	}, z, y, others, shares)
}

// mixedResidual adds (p − λ·e_y − (1−λ)·e_y′)·seed/N, the cost's gradient.
func mixedResidual(b *graph.Builder, p, y, seed, others, shares *graph.Node) (*graph.Node, error) {
	n, c := p.Shape()[0], p.Shape()[1]
	return b.Apply(graph.Op{
		Name:  "mixed-softmax-cross-entropy-gradient",
		Shape: p.Shape().Clone(),
		F32:   mixedCrossEntropyGrad[float32](n, c),
		F64:   mixedCrossEntropyGrad[float64](n, c),
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			return residualTangent(func(b *graph.Builder, p, y, seed *graph.Node) (*graph.Node, error) {
				return mixedResidual(b, p, y, seed, t.In[3], t.In[4])
			})(t)
		},
	}, p, y, seed, others, shares)
}

// mixedCrossEntropy is the cross-entropy of y, and what the others' part of each example
// makes of it.
func mixedCrossEntropy[T graph.Float](n, c int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		z, y, others, shares := in[0], in[1], in[2], in[3]
		sum := elementwise.SoftmaxCrossEntropy(z, y, c)
		for i, share := range shares {
			own, other := z[i*c+int(y[i])], z[i*c+int(others[i])]
			sum += (1 - float64(share)) * (float64(own) - float64(other))
		}
		out[0] = T(sum / float64(n))
	}
}

func mixedCrossEntropyGrad[T graph.Float](n, c int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		p, y, others, shares, scale := in[0], in[1], in[3], in[4], in[2][0]/T(n)
		for i, v := range p {
			out[i] = v * scale
		}
		for i, share := range shares {
			out[i*c+int(y[i])] -= share * scale
			out[i*c+int(others[i])] -= (1 - share) * scale
		}
	}
}
