package losses

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
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
	i, v := firstBad(y, func(v float64) bool { return v >= 0 && v <= 1 })
	if i >= 0 {
		return fmt.Errorf("losses: target %v of example %d: want a number from 0 to 1", v, i/outputs)
	}
	return nil
}

// Build adds (1/N) Σ log(1 + exp(z)) − yz.
func (l SigmoidCrossEntropy) Build(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	n := z.Shape()[0]
	return lossOp(b, graph.Op{
		Name: "sigmoid-cross-entropy",
		F32:  bernoulliCost[float32](n),
		F64:  bernoulliCost[float64](n),
	}, func(d *graph.Diff) (*graph.Node, error) {
		p, err := l.Mean(d.Builder, z)
		if err != nil {
			return nil, err
		}
		return residual(d.Builder, p, y, d.Grad)
	}, z, y)
}

// Mean adds the probabilities σ(z).
func (l SigmoidCrossEntropy) Mean(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	return b.Once(meanKey{l, z}, func() (*graph.Node, error) {
		return b.Apply(graph.Op{Name: "bernoulli-mean", Shape: z.Shape().Clone(), F32: logistic[float32], F64: logistic[float64]}, z)
	})
}

// Sample adds zeros and ones drawn with probability σ(z).
func (l SigmoidCrossEntropy) Sample(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	p, err := l.Mean(b, z)
	if err != nil {
		return nil, err
	}
	r := b.Streams.Sample
	return b.Apply(graph.Op{
		Name:  "bernoulli-sample",
		Shape: z.Shape().Clone(),
		F32:   func(out []float32, in [][]float32) { bernoulli(r.Float64, out, in[0]) },
		F64:   func(out []float64, in [][]float64) { bernoulli(r.Float64, out, in[0]) },
		Const: true,
	}, p)
}

// Factor adds √(σ_c(1−σ_c)) e_c/N, column c of diag(√(σ(1−σ))).
func (l SigmoidCrossEntropy) Factor(b *graph.Builder, z *graph.Node, column *int) (*graph.Node, error) {
	p, err := l.Mean(b, z)
	if err != nil {
		return nil, err
	}
	n, c := z.Shape()[0], z.Shape()[1]
	return b.Apply(graph.Op{
		Name:  "bernoulli-fisher-factor",
		Shape: z.Shape().Clone(),
		F32:   func(out []float32, in [][]float32) { bernoulliFactor(n, c, *column, out, in[0]) },
		F64:   func(out []float64, in [][]float64) { bernoulliFactor(n, c, *column, out, in[0]) },
		Const: true,
	}, p)
}

func bernoulliCost[T graph.Float](n int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		var sum float64
		for i, v := range in[0] {
			z := float64(v)
			// log(1+eᶻ) without overflow for large z or loss of small terms.
			sum += max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) - z*float64(in[1][i])
		}
		out[0] = T(sum / float64(n))
	}
}

func logistic[T graph.Float](out []T, in [][]T) {
	for i, z := range in[0] {
		out[i] = T(1 / (1 + math.Exp(-float64(z))))
	}
}

func bernoulli[T graph.Float](uniform func() float64, out, p []T) {
	for i, v := range p {
		out[i] = 0
		if uniform() < float64(v) {
			out[i] = 1
		}
	}
}

func bernoulliFactor[T graph.Float](n, c, column int, out, p []T) {
	clear(out)
	for i := range n {
		v := float64(p[i*c+column])
		out[i*c+column] = T(math.Sqrt(v*(1-v))) / T(n)
	}
}
