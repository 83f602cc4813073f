package losses

import (
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/columns"
)

// columnsKey shares a head's columns among the nodes that need them.
type columnsKey struct {
	of          *graph.Node
	from, width int
}

// cutOut adds the columns of x, N×…, from the given one on.
func cutOut(b *graph.Builder, x *graph.Node, from, width int) (*graph.Node, error) {
	if from == 0 && width == x.Shape()[1] {
		return x, nil
	}
	return b.Once(columnsKey{x, from, width}, func() (*graph.Node, error) { return columns.Take(b, x, from, width) })
}

// outputs adds the head's columns of z, or of vectors like z.
func (p part) outputs(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	return cutOut(b, z, p.from, p.units)
}

// targetsKey shares a head's targets, in its loss's shape, between the cost and the likelihood, which are one node
// for most losses.
type targetsKey struct {
	of       *graph.Node
	at, axes int
	width    int
}

// targets adds the head's targets in the shape that its loss takes.
func (p part) targets(b *graph.Builder, y *graph.Node) (*graph.Node, error) {
	return b.Once(targetsKey{y, p.at, p.shape.Dims(), p.width}, func() (*graph.Node, error) {
		own, err := cutOut(b, y, p.at, p.width)
		if err != nil || own.Shape().Eq(p.shape) {
			return own, err
		}
		return b.Reshape(own, p.shape...)
	})
}

// jointKey shares a sum of costs: the cost is the likelihood where all heads' costs are, and no head has a weight.
type jointKey struct {
	loss *Joint
	z, y *graph.Node
}

// Build adds Σ_h weight_h·cost_h, each a mean over examples.
func (l *Joint) Build(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	likelihoods, err := l.costs(b, z, y, Loss.NegativeLogLikelihood)
	if err != nil {
		return nil, err
	}
	costs, err := l.costs(b, z, y, Loss.Build)
	if err != nil {
		return nil, err
	}
	weights := make([]float64, len(costs))
	for i, h := range l.Heads {
		weights[i] = h.weight()
	}
	if slices.Equal(costs, likelihoods) && !slices.ContainsFunc(weights, func(w float64) bool { return w != 1 }) {
		return l.NegativeLogLikelihood(b, z, y)
	}
	return weightedSum(b, weights, costs)
}

// NegativeLogLikelihood adds the sum of the heads', without weights.
func (l *Joint) NegativeLogLikelihood(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	return b.Once(jointKey{l, z, y}, func() (*graph.Node, error) {
		costs, err := l.costs(b, z, y, Loss.NegativeLogLikelihood)
		if err != nil {
			return nil, err
		}
		return b.Total(costs...)
	})
}

// costs adds a cost of each head.
func (l *Joint) costs(b *graph.Builder, z, y *graph.Node, of func(l Loss, b *graph.Builder, z, y *graph.Node) (*graph.Node, error)) ([]*graph.Node, error) {
	return l.each(z.Shape(), func(p part) (*graph.Node, error) {
		own, err := p.outputs(b, z)
		if err != nil {
			return nil, err
		}
		targets, err := p.targets(b, y)
		if err != nil {
			return nil, err
		}
		return of(p.head.Loss, b, own, targets)
	})
}

// each adds a node for each head.
func (l *Joint) each(out tensor.Shape, add func(p part) (*graph.Node, error)) ([]*graph.Node, error) {
	parts, _, err := l.parts(out)
	if err != nil {
		return nil, err
	}
	nodes := make([]*graph.Node, len(parts))
	for i, p := range parts {
		if nodes[i], err = add(p); err != nil {
			return nil, err
		}
	}
	return nodes, nil
}

// beside adds what add makes for each head, N×…, side by side.
func (l *Joint) beside(b *graph.Builder, out tensor.Shape, add func(p part) (*graph.Node, error)) (*graph.Node, error) {
	nodes, err := l.each(out, func(p part) (*graph.Node, error) {
		x, err := add(p)
		if err != nil || x.Shape().Dims() == 2 {
			return x, err
		}
		return b.Reshape(x, out[0], x.Shape().TotalSize()/out[0])
	})
	if err != nil {
		return nil, err
	}
	if len(nodes) == 1 {
		return nodes[0], nil
	}
	return columns.Concat(b, nodes)
}

// Mean adds the heads' means side by side.
func (l *Joint) Mean(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	return b.Once(meanKey{l, z}, func() (*graph.Node, error) {
		return l.beside(b, z.Shape(), func(p part) (*graph.Node, error) {
			own, err := p.outputs(b, z)
			if err != nil {
				return nil, err
			}
			return p.head.Loss.Mean(b, own)
		})
	})
}

// Sample adds a draw of every head, N×W.
func (l *Joint) Sample(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	return l.beside(b, z.Shape(), func(p part) (*graph.Node, error) {
		own, err := p.outputs(b, z)
		if err != nil {
			return nil, err
		}
		return p.head.Loss.Sample(b, own)
	})
}

// FactorProduct adds each head's B_h·r_h: B is block-diagonal.
func (l *Joint) FactorProduct(b *graph.Builder, z, r *graph.Node) (*graph.Node, error) {
	return l.blocks(b, z, r, Loss.FactorProduct)
}

// FactorTransposeProduct adds each head's B_hᵀ·t_h.
func (l *Joint) FactorTransposeProduct(b *graph.Builder, z, t *graph.Node) (*graph.Node, error) {
	return l.blocks(b, z, t, Loss.FactorTransposeProduct)
}

func (l *Joint) blocks(b *graph.Builder, z, r *graph.Node, of func(l Loss, b *graph.Builder, z, r *graph.Node) (*graph.Node, error)) (*graph.Node, error) {
	if err := checkVectors(l, z, r); err != nil {
		return nil, err
	}
	return l.beside(b, z.Shape(), func(p part) (*graph.Node, error) {
		own, err := p.outputs(b, z)
		if err != nil {
			return nil, err
		}
		vectors, err := p.outputs(b, r)
		if err != nil {
			return nil, err
		}
		return of(p.head.Loss, b, own, vectors)
	})
}

// KL adds the sum of the heads' divergences.
func (l *Joint) KL(b *graph.Builder, z0, z *graph.Node) (*graph.Node, error) {
	if err := checkVectors(l, z, z0); err != nil {
		return nil, err
	}
	nodes, err := l.each(z.Shape(), func(p part) (*graph.Node, error) {
		own, err := p.outputs(b, z)
		if err != nil {
			return nil, err
		}
		old, err := p.outputs(b, z0)
		if err != nil {
			return nil, err
		}
		return p.head.Loss.KL(b, old, own)
	})
	if err != nil {
		return nil, err
	}
	return b.Total(nodes...)
}

// weightedSum adds Σ_i w_i·x_i for nodes of one shape.
func weightedSum(b *graph.Builder, w []float64, xs []*graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "weighted-sum", Shape: xs[0].Shape().Clone(), F32: combine[float32](w), F64: combine[float64](w),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			grads := make([]*graph.Node, len(w))
			for i := range w {
				if d.Need[i] {
					var err error
					if grads[i], err = weightedSum(d.Builder, w[i:i+1], []*graph.Node{d.Grad}); err != nil {
						return nil, err
					}
				}
			}
			return grads, nil
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			var weights []float64
			var dots []*graph.Node
			for i, dot := range t.Dot {
				if dot != nil {
					weights, dots = append(weights, w[i]), append(dots, dot)
				}
			}
			return weightedSum(t.Builder, weights, dots)
		},
	}, xs...)
}

func combine[T graph.Float](w []float64) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		for i := range out {
			var sum float64
			for j, x := range in {
				sum += w[j] * float64(x[i])
			}
			out[i] = T(sum)
		}
	}
}
