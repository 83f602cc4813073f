package losses

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// SquaredError is ½‖z − y‖² for real targets y, N×C: the negative
// log-likelihood, up to a constant, of a Gaussian of mean z and variance 1 per
// unit. (Without the ½ the variance would be ½, and H_L = 2I.)
type SquaredError struct{}

var _ Loss = SquaredError{}

func (SquaredError) String() string { return "squared error" }

// TargetShape is N×C, as the outputs.
func (l SquaredError) TargetShape(out tensor.Shape) (tensor.Shape, error) {
	return out.Clone(), checkOutputs(l.String(), out)
}

// Validate checks that targets are finite.
func (SquaredError) Validate(y *tensor.Dense, outputs int) error {
	if all(y, vector.Finite[float32], vector.Finite[float64]) {
		return nil
	}
	i, v := firstBad(y, func(v float64) bool { return v-v == 0 })
	if i >= 0 {
		return fmt.Errorf("losses: target %v of example %d: want a finite number", v, i/outputs)
	}
	return nil
}

// Build adds (1/2N) Σ_n ‖z_n − y_n‖².
func (l SquaredError) Build(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	n := z.Shape()[0]
	return b.Once(likelihoodKey{l, z, y}, func() (*graph.Node, error) {
		return lossOp(b, graph.Op{
			Name: "squared-error",
			F32:  halfSquares[float32](n),
			F64:  halfSquares[float64](n),
		}, func(d *graph.Diff) (*graph.Node, error) {
			return residual(d.Builder, d.In[0], d.In[1], d.Grad)
		}, z, y)
	})
}

// Mean is z itself.
func (SquaredError) Mean(_ *graph.Builder, z *graph.Node) (*graph.Node, error) { return z, nil }

// Sample adds z + ε, ε standard normal.
func (SquaredError) Sample(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	draws := b.DrawsOf(graph.Targets)
	return b.Apply(graph.Op{
		Name:  "gaussian-sample",
		Shape: z.Shape().Clone(),
		F32:   graph.ByExample(draws, func(r *rand.Rand, out, z []float32) { gaussian(r.NormFloat64, out, z) }),
		F64:   graph.ByExample(draws, func(r *rand.Rand, out, z []float64) { gaussian(r.NormFloat64, out, z) }),
		Const: true,
	}, z)
}

// FactorProduct is r itself: B is the identity.
func (l SquaredError) FactorProduct(_ *graph.Builder, z, r *graph.Node) (*graph.Node, error) {
	return r, checkVectors(l, z, r)
}

// FactorTransposeProduct is t itself.
func (l SquaredError) FactorTransposeProduct(b *graph.Builder, z, t *graph.Node) (*graph.Node, error) {
	return l.FactorProduct(b, z, t)
}

func halfSquares[T graph.Float](n int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		var sum float64
		for i, z := range in[0] {
			d := float64(z) - float64(in[1][i])
			sum += d * d
		}
		out[0] = T(sum / float64(2*n))
	}
}

func gaussian[T graph.Float](normal func() float64, out, z []T) {
	for i, v := range z {
		out[i] = v + T(normal())
	}
}
