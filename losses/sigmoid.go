package losses

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/elementwise"
)

// SigmoidCrossEntropy is −Σ_c y_c log σ(z_c) + (1−y_c) log(1−σ(z_c)) for
// targets y in [0, 1], N×C: independent Bernoulli units.
type SigmoidCrossEntropy struct{}

var _ Loss = SigmoidCrossEntropy{}

func (SigmoidCrossEntropy) String() string { return "sigmoid cross-entropy" }

// TargetShape is N×C, as the outputs.
func (l SigmoidCrossEntropy) TargetShape(out tensor.Shape) (tensor.Shape, error) {
	return out.Clone(), checkOutputs(l.String(), out)
}

// Validate checks that targets are in [0, 1].
func (SigmoidCrossEntropy) Validate(y *tensor.Dense, outputs int) error {
	if all(y, unitInterval[float32], unitInterval[float64]) {
		return nil
	}
	i, v := firstBad(y, func(v float64) bool { return v >= 0 && v <= 1 })
	if i >= 0 {
		return fmt.Errorf("losses: target %v of example %d: want a number from 0 to 1", v, i/outputs)
	}
	return nil
}

// unitInterval reports whether all of x are in [0, 1]: v(1−v) ≥ 0, one comparison, is false for NaN and exact, as the
// product's sign survives rounding.
func unitInterval[T graph.Float](x []T) bool {
	for _, v := range x {
		if !(v*(1-v) >= 0) {
			return false
		}
	}
	return true
}

// Build adds (1/N) Σ log(1 + exp(z)) − yz.
func (l SigmoidCrossEntropy) Build(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	n := z.Shape()[0]
	return b.Once(likelihoodKey{l, z, y}, func() (*graph.Node, error) {
		return lossOp(b, graph.Op{
			Name: "sigmoid-cross-entropy",
			F32:  bernoulliCost[float32](n),
			F64:  bernoulliCost[float64](n),
		}, func(d *graph.Diff) (*graph.Node, error) {
			p, err := l.Mean(d.Builder, d.In[0])
			if err != nil {
				return nil, err
			}
			return residual(d.Builder, p, d.In[1], d.Grad)
		}, z, y)
	})
}

// Mean adds the probabilities σ(z).
func (l SigmoidCrossEntropy) Mean(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	return b.Once(meanKey{l, z}, func() (*graph.Node, error) {
		return b.Apply(graph.Op{
			Name: "bernoulli-mean", Shape: z.Shape().Clone(), F32: logistic[float32], F64: logistic[float64],
			Tangent: func(t *graph.Tangent) (*graph.Node, error) {
				return t.Apply(graph.Op{
					Name: "bernoulli-mean-tangent", Shape: z.Shape().Clone(), F32: logisticTangent[float32], F64: logisticTangent[float64],
				}, t.Out, t.Dot[0])
			},
		}, z)
	})
}

// Sample adds zeros and ones drawn with probability σ(z).
func (l SigmoidCrossEntropy) Sample(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	p, err := l.Mean(b, z)
	if err != nil {
		return nil, err
	}
	draws := b.DrawsOf(graph.Targets)
	return b.Apply(graph.Op{
		Name:  "bernoulli-sample",
		Shape: z.Shape().Clone(),
		F32:   graph.ByExample(draws, func(r *rand.Rand, out, p []float32) { bernoulli(r.Uint64, out, p) }),
		F64:   graph.ByExample(draws, func(r *rand.Rand, out, p []float64) { bernoulli(r.Uint64, out, p) }),
		Const: true,
	}, p)
}

// FactorProduct adds √(σ(1−σ))∘r: B is diagonal.
func (l SigmoidCrossEntropy) FactorProduct(b *graph.Builder, z, r *graph.Node) (*graph.Node, error) {
	if err := checkVectors(l, z, r); err != nil {
		return nil, err
	}
	p, err := l.Mean(b, z)
	if err != nil {
		return nil, err
	}
	return factorOp(b, "bernoulli-factor", bernoulliFactor[float32], bernoulliFactor[float64], p, r)
}

// FactorTransposeProduct is FactorProduct.
func (l SigmoidCrossEntropy) FactorTransposeProduct(b *graph.Builder, z, t *graph.Node) (*graph.Node, error) {
	return l.FactorProduct(b, z, t)
}

func bernoulliCost[T graph.Float](n int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		out[0] = T(elementwise.SigmoidCrossEntropy(in[0], in[1]) / float64(n))
	}
}

func logistic[T graph.Float](out []T, in [][]T)        { elementwise.Sigmoid(out, in[0]) }
func logisticTangent[T graph.Float](out []T, in [][]T) { elementwise.SigmoidGrad(out, in[0], in[1]) }

// bernoulli draws two elements from 64 random bits: a probability is rounded to
// a multiple of 2⁻³². An autoencoder draws a million in a pass, of which a branch
// would mispredict half.
func bernoulli[T graph.Float](bits func() uint64, out, p []T) {
	var u uint64
	for i, v := range p {
		if i%2 == 0 {
			u = bits()
		} else {
			u >>= 32
		}
		below := u&(1<<32-1) - uint64(int64(float64(v)*(1<<32))) // negative with probability v
		out[i] = T(below >> 63)
	}
}
