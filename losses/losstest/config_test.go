package losstest_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/losses/losstest"
)

func TestConfigIsChecked(t *testing.T) {
	for words, cfg := range map[string]losstest.Config{
		"Config.Outputs is -1": {Outputs: -1}, "Config.Spread is NaN": {Spread: math.NaN()}, "Config.Large is -3": {Large: -3},
		"Config.Samples is 10": {Samples: 10},
		`Config.Skip has "gradients", and there is no such aspect: want some of [building targets batch gradient `: {Skip: map[losstest.Aspect]string{"gradients": "why not"}},
	} {
		r := faultsOf(t, losses.SquaredError{}, cfg)
		if assert.Len(t, r.faults, 1) {
			assert.Contains(t, r.faults[0], words)
		}
	}
	assert.Equal(t, []string{"losstest: the loss is nil"}, faultsOf(t, nil, losstest.Config{}).faults)
}

// What does not fit the loss is told in one fault.
func TestConfigMustFitTheLoss(t *testing.T) {
	row := func(n int) func(*rand.Rand) []float64 {
		return func(*rand.Rand) []float64 { return make([]float64, n) }
	}
	for _, c := range []struct {
		words string
		loss  losses.Loss
		cfg   losstest.Config
	}{
		{"TargetShape refuses all of the numbers of outputs that were tried, 3…3", losses.DiagonalGaussian{}, losstest.Config{Outputs: 3}},
		{"Config.Targets returns 2 elements for an example, and TargetShape has 3", losses.SquaredError{}, losstest.Config{Targets: row(2)}},
		{"Config.Support[0] has 2 elements, and targets of one example 1", losses.SoftmaxCrossEntropy{}, losstest.Config{Support: [][]float64{{0, 1}}}},
		{"a row of Config.Wrong has 1 elements, and targets of one example 3", losses.SquaredError{}, losstest.Config{Wrong: [][]float64{{1}}}},
		{"Config.More returns 2 rows, and MoreShapes has 1 shapes", losses.Weighted{Canonical: losses.SquaredError{}},
			losstest.Config{More: func(*rand.Rand) [][]float64 { return [][]float64{{1}, {2}} }}},
		{"Config.More is for a losses.MoreTargets, and the loss is none", losses.SquaredError{},
			losstest.Config{More: func(*rand.Rand) [][]float64 { return [][]float64{{1}} }}},
		{"Config.Kinds do not describe the loss", poisson(), losstest.Config{Kinds: []losses.Kind{otherKind}, Skip: allBut(losstest.Saving)}},
		{"the gradient of Build has no tangent: graph: forward through planted: the op has no derivative rule", hinge(),
			losstest.Config{Hessian: true, Skip: allBut(losstest.Tangent)}},
		{"the sum of exp(−NegativeLogLikelihood) over all 2 targets", losses.SoftmaxCrossEntropy{}, losstest.Config{Support: [][]float64{{0}, {1}},
			Skip: allBut(losstest.Likelihood)}},
	} {
		r := faultsOf(t, c.loss, c.cfg)
		if assert.NotEmpty(t, r.faults, c.words) {
			assert.Contains(t, r.faults[0], c.words)
		}
	}
}

// tempered is a softmax cross-entropy with smoothed labels, as a kind of its own.
type tempered struct {
	losses.SoftmaxCrossEntropy
	smoothing float64
}

func (l tempered) Build(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	return (&losses.ClassCost{Smoothing: l.smoothing}).Build(b, z, y)
}

func (l tempered) BuildMixed(b *graph.Builder, z, y, others, shares *graph.Node) (*graph.Node, error) {
	return (&losses.ClassCost{Smoothing: l.smoothing}).BuildMixed(b, z, y, others, shares)
}

var (
	otherKind = losses.NewKind("other", func(poissonKind) struct{} { return struct{}{} }, func(struct{}) (poissonKind, error) { return poissonKind{}, nil })
	good      = losses.NewKind("tempered", func(l tempered) float64 { return l.smoothing }, func(s float64) (tempered, error) { return tempered{smoothing: s}, nil })
	forgets   = losses.NewKind("tempered", func(tempered) float64 { return 0.3 }, func(s float64) (tempered, error) { return tempered{smoothing: s}, nil })
)

type poissonKind struct{ losses.SquaredError }

// A kind of one's own must describe all settings.
func TestKindOfOnesOwn(t *testing.T) {
	l := tempered{smoothing: 0.2}
	losstest.Check(t, l, losstest.Config{Kinds: []losses.Kind{good}})
	r := faultsOf(t, l, losstest.Config{Kinds: []losses.Kind{forgets}})
	if assert.Len(t, r.faults, 1) {
		assert.Contains(t, r.faults[0], ": saving: Build of the loss that Decode makes is ")
		assert.Contains(t, r.faults[0], "a setting is not described")
	}
}

// twofold has two further targets, which are no weights: scales of the cost, and offsets of the targets, of which each
// example's first must be its scale.
type twofold struct{ losses.SquaredError }

func (twofold) MoreShapes(out tensor.Shape) ([]tensor.Shape, error) {
	return []tensor.Shape{{out[0]}, out.Clone()}, nil
}

func (l twofold) ValidateMore(more []*tensor.Dense, outputs int) error {
	for _, t := range more {
		if err := l.Validate(t, outputs); err != nil {
			return err
		}
	}
	x, y := graph.NewDense(graph.Float64, more[0].Shape()...), graph.NewDense(graph.Float64, more[1].Shape()...)
	if err := errors.Join(graph.CopyInto(x, more[0]), graph.CopyInto(y, more[1])); err != nil {
		return err
	}
	for i, scale := range x.Float64s() {
		if y.Float64s()[i*outputs] != scale {
			return fmt.Errorf("the first offset of example %d is not its scale", i)
		}
	}
	return nil
}

func (twofold) BuildMore(b *graph.Builder, z, y *graph.Node, more []*graph.Node) (*graph.Node, error) {
	n, c := z.Shape()[0], z.Shape()[1]
	return op(b, tensor.Shape{1}, func(out []float64, in [][]float64) {
		out[0] = 0
		for i, v := range in[0] {
			out[0] += in[2][i/c] * half(v-in[1][i]-in[3][i]) / float64(n)
		}
	}, func(d *graph.Diff) ([]*graph.Node, error) {
		dz, err := op(d.Builder, z.Shape(), func(out []float64, in [][]float64) {
			for i, v := range in[0] {
				out[i] = in[2][i/c] * (v - in[1][i] - in[3][i]) / float64(n) * in[4][0]
			}
		}, nil, append(d.In[:4:4], d.Grad)...)
		return []*graph.Node{dz, nil, nil, nil}, err
	}, z, y, more[0], more[1])
}

// Further targets that are no weights are the configuration's.
func TestMoreTargets(t *testing.T) {
	r := faultsOf(t, twofold{}, losstest.Config{Skip: map[losstest.Aspect]string{losstest.Network: "it needs the further targets"}})
	if assert.Len(t, r.faults, 1) {
		assert.Contains(t, r.faults[0], "MoreShapes of 1 example are [(1) (1, 3)], which are not a weight for each: give Config.More")
	}
	losstest.Check(t, twofold{}, losstest.Config{More: func(r *rand.Rand) [][]float64 {
		scale := 1 + r.Float64()
		return [][]float64{{scale}, {scale, r.NormFloat64(), r.NormFloat64()}}
	}})
}
