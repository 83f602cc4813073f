package losses

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/columns"
	"github.com/gokfac/gokfac/internal/vector"
)

// DiagonalGaussian is the negative log-likelihood of a Gaussian whose mean and whose standard deviation a network
// predicts for each of C units: outputs z = [μ, log σ] are N×2C, and real targets y are N×C. An example costs
//
//	Σ_c log σ_c + ½((y_c − μ_c)/σ_c)²
//
// which is −log p(y|z) but for the constant (C/2)·log 2π. It is the loss of a regression with noise that depends on the
// input (Nix & Weigend 1994), and the distribution of a policy's real actions. layers.Vector gives it deviations
// that do not depend on the input.
//
// H_L is the Fisher matrix diag(1/σ², 2), and not the Hessian of the cost, which also depends on the targets and may be
// indefinite. With r = (y − μ)/σ the Hessian of a unit is [[1/σ², 2r/σ], [2r/σ, 2r²]], whose mean over y ~ p(y|z) is H_L.
//
// A deviation that is too small for the model's numbers makes the cost and its gradient infinite where y ≠ μ. Neither is
// ever NaN at finite outputs. Samples stay finite: one that overflows is the greatest number of its type.
type DiagonalGaussian struct{}

var _ Loss = DiagonalGaussian{}

func (DiagonalGaussian) String() string { return "diagonal Gaussian" }

// TargetShape is N×C for outputs N×2C.
func (l DiagonalGaussian) TargetShape(out tensor.Shape) (tensor.Shape, error) {
	if err := checkOutputs(l.String(), out); err != nil {
		return nil, err
	}
	if out[1]%2 != 0 || out[1] == 0 {
		return nil, fmt.Errorf("losses: %s: %d output units: want an even number: the means, then as many logarithms of deviations", l, out[1])
	}
	return tensor.Shape{out[0], out[1] / 2}, nil
}

// Validate checks that targets are finite.
func (DiagonalGaussian) Validate(y *tensor.Dense, outputs int) error {
	if all(y, vector.Finite[float32], vector.Finite[float64]) {
		return nil
	}
	if i, v := firstBad(y, func(v float64) bool { return v-v == 0 }); i >= 0 {
		return fmt.Errorf("losses: target %v of example %d: want a finite number", v, i/max(outputs/2, 1))
	}
	return nil
}

// Build adds (1/N) Σ log σ + ½((y − μ)/σ)².
func (l DiagonalGaussian) Build(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	if _, err := l.TargetShape(z.Shape()); err != nil {
		return nil, err
	}
	n, c := z.Shape()[0], z.Shape()[1]/2
	return b.Once(likelihoodKey{l, z, y}, func() (*graph.Node, error) {
		return lossOp(b, graph.Op{
			Name: "diagonal-gaussian",
			F32:  gaussianCost[float32](n, c),
			F64:  gaussianCost[float64](n, c),
		}, func(d *graph.Diff) (*graph.Node, error) {
			return gaussianGradient(d.Builder, "diagonal-gaussian-gradient", costSlope, costBend, d.In[0], d.In[1], d.Grad)
		}, z, y)
	})
}

// NegativeLogLikelihood is the cost itself, without the constant (C/2)·log 2π.
func (l DiagonalGaussian) NegativeLogLikelihood(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	return l.Build(b, z, y)
}

// Mean adds μ, N×C.
func (l DiagonalGaussian) Mean(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	shape, err := l.TargetShape(z.Shape())
	if err != nil {
		return nil, err
	}
	return b.Once(meanKey{l, z}, func() (*graph.Node, error) { return columns.Take(b, z, 0, shape[1]) })
}

// LogDeviation adds log σ, N×C.
func (l DiagonalGaussian) LogDeviation(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	shape, err := l.TargetShape(z.Shape())
	if err != nil {
		return nil, err
	}
	return columns.Take(b, z, shape[1], shape[1])
}

// Sample adds μ + σε, ε standard normal, N×C.
func (l DiagonalGaussian) Sample(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	shape, err := l.TargetShape(z.Shape())
	if err != nil {
		return nil, err
	}
	draws, c := b.DrawsOf(graph.Targets), shape[1]
	return b.Apply(graph.Op{
		Name:  "diagonal-gaussian-sample",
		Shape: shape,
		F32:   graph.ByExample(draws, func(r *rand.Rand, out, z []float32) { gaussianSample(r.NormFloat64, c, out, z) }),
		F64:   graph.ByExample(draws, func(r *rand.Rand, out, z []float64) { gaussianSample(r.NormFloat64, c, out, z) }),
		Const: true,
	}, z)
}

// FactorProduct adds B·r, N×2C: B = diag(1/σ, √2).
func (l DiagonalGaussian) FactorProduct(b *graph.Builder, z, r *graph.Node) (*graph.Node, error) {
	if err := checkVectors(l, z, r); err != nil {
		return nil, err
	}
	shape, err := l.TargetShape(z.Shape())
	if err != nil {
		return nil, err
	}
	return factorOp(b, "diagonal-gaussian-factor", gaussianFactor[float32](shape[1]), gaussianFactor[float64](shape[1]), z, r)
}

// FactorTransposeProduct is FactorProduct: B is diagonal.
func (l DiagonalGaussian) FactorTransposeProduct(b *graph.Builder, z, t *graph.Node) (*graph.Node, error) {
	return l.FactorProduct(b, z, t)
}

// KL adds (1/N) Σ ½(σ₀²/σ² − 1 − log σ₀²/σ²) + ½((μ₀ − μ)/σ)².
func (l DiagonalGaussian) KL(b *graph.Builder, z0, z *graph.Node) (*graph.Node, error) {
	if err := checkVectors(l, z, z0); err != nil {
		return nil, err
	}
	shape, err := l.TargetShape(z.Shape())
	if err != nil {
		return nil, err
	}
	n, c := shape[0], shape[1]
	return lossOp(b, graph.Op{
		Name: "kl-divergence",
		F32:  deviationsKL[float32](n, c),
		F64:  deviationsKL[float64](n, c),
	}, func(d *graph.Diff) (*graph.Node, error) {
		return gaussianGradient(d.Builder, "kl-divergence-gradient", klSlope, klBend, d.In[0], d.In[1], d.Grad)
	}, z, z0)
}

func (DiagonalGaussian) exampleCost32(z, y []float32) float64 { return gaussianExample(z, y) }
func (DiagonalGaussian) exampleCost64(z, y []float64) float64 { return gaussianExample(z, y) }
