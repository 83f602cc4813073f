package losses

import (
	"errors"
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// Canonical is a loss of this package: SoftmaxCrossEntropy, SquaredError,
// SigmoidCrossEntropy or DiagonalGaussian.
type Canonical interface {
	Loss
	fmt.Stringer
	// exampleCost is an example's cost from its outputs and targets.
	exampleCost32(z, y []float32) float64
	exampleCost64(z, y []float64) float64
}

// Weighted is a loss with a weight for each example, of either sign, as a second
// target of shape (N): (1/N) Σ_n a_n·cost_n. With advantages of actions for weights it
// is the surrogate of a policy's gradient. The distribution, and so the curvature, is
// that of the loss without weights.
//
//	model, err := trainer.NewModel(net, losses.Weighted{Canonical: losses.SoftmaxCrossEntropy{}}, cfg)
//	batch, err := model.Batch(states, actions, advantages)
type Weighted struct{ Canonical }

var _ MoreTargets = Weighted{}

func (l Weighted) String() string {
	if l.Canonical == nil {
		return "weighted"
	}
	return "weighted " + l.Canonical.String()
}

// TargetShape is the loss's.
func (l Weighted) TargetShape(out tensor.Shape) (tensor.Shape, error) {
	if l.Canonical == nil {
		return nil, errors.New("losses: Weighted needs a loss: SoftmaxCrossEntropy, SquaredError, SigmoidCrossEntropy or DiagonalGaussian")
	}
	return l.Canonical.TargetShape(out)
}

// MoreShapes is (N): a weight for each example.
func (l Weighted) MoreShapes(out tensor.Shape) ([]tensor.Shape, error) {
	return []tensor.Shape{{out[0]}}, nil
}

// ValidateMore checks that weights are finite.
func (l Weighted) ValidateMore(more []*tensor.Dense, _ int) error {
	if i, v := firstBad(more[0], func(v float64) bool { return v-v == 0 }); i >= 0 {
		return fmt.Errorf("losses: weight %v of example %d: want a finite number", v, i)
	}
	return nil
}

// BuildMore adds the cost.
func (l Weighted) BuildMore(b *graph.Builder, z, y *graph.Node, more []*graph.Node) (*graph.Node, error) {
	n, c := z.Shape()[0], z.Shape()[1]
	width := y.Shape().TotalSize() / n
	return lossOp(b, graph.Op{
		Name: "weighted-cost",
		F32:  weightedCost(n, c, width, l.exampleCost32),
		F64:  weightedCost(n, c, width, l.exampleCost64),
	}, func(d *graph.Diff) (*graph.Node, error) {
		// The gradient of the mean is each example's own, over N: it takes the weights
		// row by row.
		plain, err := l.Build(d.Builder, d.In[0], d.In[1])
		if err != nil {
			return nil, err
		}
		rows, err := d.Builder.Backward(plain, d.Grad, d.In[0])
		if err != nil {
			return nil, err
		}
		return scaleRows(d.Builder, rows[0], d.In[2])
	}, z, y, more[0])
}

func weightedCost[T graph.Float](n, c, width int, cost func(z, y []T) float64) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		var sum float64
		for i, a := range in[2] {
			sum += float64(a) * cost(in[0][i*c:(i+1)*c], in[1][i*width:(i+1)*width])
		}
		out[0] = T(sum / float64(n))
	}
}

// scaleRows multiplies row n of g, N×C, by a_n. The weights are constants.
func scaleRows(b *graph.Builder, g, a *graph.Node) (*graph.Node, error) {
	c := g.Shape()[1]
	return b.Apply(graph.Op{
		Name: "scale-rows", Shape: g.Shape().Clone(), F32: timesRows[float32](c), F64: timesRows[float64](c),
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return scaleRows(t.Builder, t.Dot[0], t.In[1]) },
	}, g, a)
}

func timesRows[T graph.Float](c int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		for i, v := range in[0] {
			out[i] = v * in[1][i/c]
		}
	}
}

func (SoftmaxCrossEntropy) exampleCost32(z, y []float32) float64 { return softmaxCost(z, y) }
func (SoftmaxCrossEntropy) exampleCost64(z, y []float64) float64 { return softmaxCost(z, y) }
func (SquaredError) exampleCost32(z, y []float32) float64        { return squaredCost(z, y) }
func (SquaredError) exampleCost64(z, y []float64) float64        { return squaredCost(z, y) }
func (SigmoidCrossEntropy) exampleCost32(z, y []float32) float64 { return sigmoidCost(z, y) }
func (SigmoidCrossEntropy) exampleCost64(z, y []float64) float64 { return sigmoidCost(z, y) }

func softmaxCost[T graph.Float](z, y []T) float64 { return logSumExp(z) - float64(z[int(y[0])]) }

func squaredCost[T graph.Float](z, y []T) (sum float64) {
	for i, v := range z {
		d := float64(v) - float64(y[i])
		sum += d * d / 2
	}
	return sum
}

func sigmoidCost[T graph.Float](z, y []T) (sum float64) {
	for i, v := range z {
		sum += softplus(float64(v)) - float64(v)*float64(y[i])
	}
	return sum
}
