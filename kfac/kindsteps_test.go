package kfac_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// everyKind runs f on the networks with taps of every kind, in each structure and setting of
// weight sharing.
func everyKind(t *testing.T, f func(t *testing.T, c kindCase, cfg kfac.Config)) {
	t.Helper()
	for _, c := range kindCases() {
		for _, structure := range kfac.Structures() {
			for _, sharing := range kfac.Sharings() {
				t.Run(fmt.Sprint(c.name, " ", structure, " ", sharing), func(t *testing.T) {
					f(t, c, kfac.Config{Structure: structure, Sharing: sharing, Estimator: graph.Exact, Damping: 0.3, MinDamping: 0.1,
						FactorUpdateSteps: 2, InverseUpdateSteps: 3, DampingUpdateSteps: 2, GammaUpdateSteps: 2})
				})
			}
		}
	}
}

// TestKindsDescend: steps on one mini-batch are finite and lower its loss.
func TestKindsDescend(t *testing.T) {
	everyKind(t, func(t *testing.T, c kindCase, cfg kfac.Config) {
		for _, cfg.Mode = range kfac.Modes() {
			m := c.model(t, losses.SoftmaxCrossEntropy{})
			x, y := c.data(2, 8)
			o := newOptimizer(t, cfg)
			first := step(t, m, o, x, y)
			last := first
			for range 5 {
				last = step(t, m, o, x, y)
			}
			assert.Less(t, last, first, cfg.Mode)
			assert.Zero(t, o.Stats().FailedInverses)
		}
	})
}

// TestKindsResume to the bit, from the state that a run was saved in.
func TestKindsResume(t *testing.T) {
	everyKind(t, func(t *testing.T, c kindCase, cfg kfac.Config) {
		for _, cfg.Mode = range kfac.Modes() {
			m, o := c.model(t, losses.SoftmaxCrossEntropy{}), newOptimizer(t, cfg)
			again, resumed := c.model(t, losses.SoftmaxCrossEntropy{}), newOptimizer(t, cfg)
			for k := range 7 {
				x, y := c.data(uint64(k), 8)
				if k == 4 {
					state, err := o.MarshalBinary()
					require.NoError(t, err)
					require.NoError(t, resumed.UnmarshalBinary(state))
					restore(again.Params(), flat(m.Params(), values))
				}
				step(t, m, o, x, y)
				if k >= 4 {
					step(t, again, resumed, x, y)
				}
			}
			assert.Equal(t, flat(m.Params(), values), flat(again.Params(), values), cfg.Mode)
		}
	})
}

// TestKindsInParts: a mini-batch in parts, of which a part of the examples is measured, has the
// steps of the whole.
func TestKindsInParts(t *testing.T) {
	everyKind(t, func(t *testing.T, c kindCase, cfg kfac.Config) {
		for _, cfg.FactorFraction = range []float64{0, 0.4} {
			m, cut := c.model(t, losses.SoftmaxCrossEntropy{}), c.model(t, losses.SoftmaxCrossEntropy{})
			one, other := newOptimizer(t, cfg), newOptimizer(t, cfg)
			a := trainer.NewAccumulation(cut)
			for k := range 4 {
				x, y := c.data(uint64(k), 9)
				step(t, m, one, x, y)
				a.Reset()
				at := 0
				for _, n := range []int{3, 1, 5} {
					part, classes := graph.NewDense(graph.Float64, n, c.in), labels(make([]int32, n)...)
					copy(part.Float64s(), x.Float64s()[at*c.in:])
					copy(classes.Int32s(), y.Int32s()[at:])
					at += n
					require.NoError(t, a.Add(part, classes))
				}
				obj, err := a.MiniBatch()
				require.NoError(t, err)
				_, err = other.Step(obj)
				require.NoError(t, err)
				near(t, flat(m.Params(), values), flat(cut.Params(), values), 1e-10, "step ", k)
			}
		}
	})
}

// TestStatisticsOfKindsAreMeans: those of a mini-batch are the mean of those of its halves, so
// that processes can average them.
func TestStatisticsOfKindsAreMeans(t *testing.T) {
	everyKind(t, func(t *testing.T, c kindCase, cfg kfac.Config) {
		x, y := c.data(2, 8)
		measured := func(from, to int) [][]float64 {
			p, err := kfac.NewPreconditioner(kfac.PreconditionerConfig{Structure: cfg.Structure, Sharing: cfg.Sharing, Estimator: graph.Exact})
			require.NoError(t, err)
			var seen [][]float64
			p.Reduce(func(s *kfac.Statistics) error {
				seen = cloned(s.Float64)
				return nil
			})
			part, classes := graph.NewDense(graph.Float64, to-from, c.in), labels(make([]int32, to-from)...)
			copy(part.Float64s(), x.Float64s()[from*c.in:])
			copy(classes.Int32s(), y.Int32s()[from:])
			obj, err := c.model(t, losses.SoftmaxCrossEntropy{}).Batch(part, classes)
			require.NoError(t, err)
			_, err = p.Measure(obj, true)
			require.NoError(t, err)
			return seen
		}
		all, first, second := measured(0, 8), measured(0, 4), measured(4, 8)
		require.NotEmpty(t, all)
		for i := range all {
			axpy(first[i], 1, second[i])
			for j := range first[i] {
				first[i][j] /= 2
			}
			near(t, first[i], all[i], 1e-10, i)
		}
	})
}

// TestKindsAllocateNothing: measuring, inverting and applying take no memory after the first
// times, beyond the passes' own.
func TestKindsAllocateNothing(t *testing.T) {
	everyKind(t, func(t *testing.T, c kindCase, cfg kfac.Config) {
		p, err := kfac.NewPreconditioner(kfac.PreconditionerConfig{Structure: cfg.Structure, Sharing: cfg.Sharing, Estimator: graph.Exact})
		require.NoError(t, err)
		x, y := c.data(2, 8)
		obj, err := c.model(t, losses.SoftmaxCrossEntropy{}).Batch(x, y)
		require.NoError(t, err)
		require.NoError(t, p.Build(obj))
		u := graph.NewDirection(p.Params())
		passes := func() {
			_, err := obj.Curvature(graph.Exact, func(*graph.CurvaturePass) error { return nil })
			require.NoError(t, err)
		}
		all := func() {
			_, err := p.Measure(obj, true)
			require.NoError(t, err)
			require.NoError(t, p.Invert(obj, 0.5))
			p.Apply(u)
		}
		all()
		all()
		// On one processor the workspaces of decompositions take turns: each grows to what chance has given to others so far.
		testing.AllocsPerRun(runtime.NumCPU(), all)
		bare := testing.AllocsPerRun(5, passes)
		if cfg.Structure == kfac.EKFAC {
			bare *= 2
		}
		assert.LessOrEqual(t, testing.AllocsPerRun(5, all), bare)
	})
}
