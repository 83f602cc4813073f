package claims_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// outcome is a target of one example, and its probability.
type outcome struct {
	p float64
	y *tensor.Dense
}

// enumerated is a loss of two outputs whose targets can be listed.
type enumerated struct {
	loss losses.Loss
	of   func(mean []float64) []outcome // the targets for a prediction
	some *tensor.Dense                  // targets of four examples
}

// outcomes are the losses. A Gaussian has no list of targets. Its score is linear in the
// target, so that mean ± a standard deviation, of each output, stand for it: they have
// its mean and its variance.
func outcomes() map[string]enumerated {
	return map[string]enumerated{
		"softmax": {losses.SoftmaxCrossEntropy{}, func(p []float64) []outcome {
			return []outcome{{p[0], of([]float64{0}, 1)}, {p[1], of([]float64{1}, 1)}}
		}, labels(2, 4, 2)},
		"bernoulli": {losses.SigmoidCrossEntropy{}, func(p []float64) []outcome {
			var all []outcome
			for _, a := range []float64{0, 1} {
				for _, b := range []float64{0, 1} {
					one := a*p[0] + (1-a)*(1-p[0])
					all = append(all, outcome{one * (b*p[1] + (1-b)*(1-p[1])), of([]float64{a, b}, 1, 2)})
				}
			}
			return all
		}, bits(2, 4, 2)},
		"gaussian": {losses.SquaredError{}, func(z []float64) []outcome {
			var all []outcome
			for _, a := range []float64{-1, 1} {
				for _, b := range []float64{-1, 1} {
					all = append(all, outcome{0.25, of([]float64{z[0] + a, z[1] + b}, 1, 2)})
				}
			}
			return all
		}, normal(2, 4, 2)},
	}
}

// Claim: the score, ∇ log p(y|x), has mean zero, and its second moment is the Fisher
// matrix: with y drawn from the model, for each x by itself. The mean over the data's own
// targets is the gradient of the loss, which is zero at an optimum only.
func TestScoreHasMeanZero(t *testing.T) {
	x := normal(1, 4, 2)
	for name, l := range outcomes() {
		t.Run(name, func(t *testing.T) {
			m := newModel(t, layers.Sequential{&layers.Dense{Units: 3}, layers.Tanh(), &layers.Dense{Units: 2}}, l.loss, 2)
			set(m, normal(3, 17).Float64s())
			second := mat.NewSymDense(17, nil)
			for i := range 4 {
				mean, length := make([]float64, 17), 0.0
				for _, o := range l.of(predictions(t, m, row(x, i))) {
					score := gradient(t, newBatch(t, m, row(x, i), o.y))
					floats.AddScaled(mean, o.p, score)
					length += o.p * floats.Norm(score, 2)
					second.SymRankOne(second, o.p/4, mat.NewVecDense(17, score))
				}
				assert.Less(t, floats.Norm(mean, 2), 1e-14*length)
			}
			obj := newBatch(t, m, x, l.some)
			assert.Less(t, distance(second, fisher(t, obj)), 1e-12)
			assert.Greater(t, floats.Norm(gradient(t, obj), 2), 0.1, "the data's targets are not the model's")
		})
	}
}
