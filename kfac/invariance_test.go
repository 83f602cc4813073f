package kfac_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// frame is a random change of coordinates of k units.
func frame(seed uint64, k int) *coordinates {
	m := plus(mat.NewDense(k, k, normal(seed, k, k).Float64s()), 2) // condition numbers below a hundred
	return &coordinates{m: m, shift: normal(seed+100, k).Float64s()}
}

// absorb sets W and b such that in → map → out is what the map alone was:
// W' = M_in⁻¹ W M_out⁻¹ and b' = (b − c_out)M_out⁻¹ − c_in W'.
func absorb(t *testing.T, l *layers.Dense, in, out *coordinates) {
	t.Helper()
	w, b := l.Params()[0].Value, l.Params()[1].Value
	rows, cols := w.Shape()[0], w.Shape()[1]
	var half, back, fresh, shift, carried mat.Dense
	require.NoError(t, half.Solve(in.m, mat.NewDense(rows, cols, append([]float64{}, w.Float64s()...))))
	require.NoError(t, back.Inverse(out.m))
	fresh.Mul(&half, &back)
	offset := append([]float64{}, b.Float64s()...)
	axpy(offset, -1, out.shift)
	shift.Mul(mat.NewDense(1, cols, offset), &back)
	carried.Mul(mat.NewDense(1, rows, in.shift), &fresh)
	shift.Sub(&shift, &carried)
	copy(w.Float64s(), fresh.RawMatrix().Data)
	copy(b.Float64s(), shift.RawMatrix().Data)
}

// twins are two models of one function (MG15 §10): the second sees its inputs
// and its hidden units, before and after their nonlinearity, in other
// coordinates, and has parameters to match.
func twins(t *testing.T) (one, two *trainer.Model) {
	t.Helper()
	first, second := &layers.Dense{Units: 3}, &layers.Dense{Units: 3}
	one = newModel(t, layers.Sequential{&layers.Dense{Units: 3}, layers.Tanh(), &layers.Dense{Units: 3}}, losses.SquaredError{}, 4)
	inputs, before, after := frame(1, 4), frame(2, 3), frame(3, 3)
	two = newModel(t, layers.Sequential{inputs, first, before, layers.Tanh(), after, second}, losses.SquaredError{}, 4)
	restore(two.Params(), flat(one.Params(), values))
	absorb(t, first, inputs, before)
	absorb(t, second, after, &coordinates{m: plus(mat.NewDense(3, 3, nil), 1), shift: make([]float64, 3)})
	return one, two
}

// gap is the greatest difference between the twins' functions after a few steps
// of each.
func gap(t *testing.T, optimizer func() trainer.Optimizer) float64 {
	t.Helper()
	x := normal(1, 60, 4)
	// Squared error: the softmax's G is singular (p − ŷ sums to zero), and an
	// undamped step through it would be rounding errors.
	y := normal(2, 60, 3)
	one, two := twins(t)
	predictions := func() (a, b []float64) {
		p, err := one.Predict(x)
		require.NoError(t, err)
		q, err := two.Predict(x)
		require.NoError(t, err)
		return append([]float64{}, p.Float64s()...), append([]float64{}, q.Float64s()...)
	}
	a, b := predictions()
	near(t, a, b, 1e-12, "the same function to begin with")
	start := a
	p, q := optimizer(), optimizer()
	for range 3 {
		step(t, one, p, x, y)
		step(t, two, q, x, y)
	}
	a, b = predictions()
	var worst, moved float64
	for i, v := range a {
		worst, moved = max(worst, math.Abs(v-b[i])), max(moved, math.Abs(v-start[i]))
	}
	require.Greater(t, moved, 0.01, "the steps have done something")
	return worst
}

// TestInvariance: an undamped step of natural gradient descent, and of K-FAC in
// either of its forms, does not depend on the coordinates of inputs and hidden
// units (MG15 theorem 1 and its corollaries: with block-diagonal ζ, A_ij and
// G_ij transform by the same matrices on the diagonal and off it). For SGD, and
// for diagonals in any basis of their own, it does.
func TestInvariance(t *testing.T) {
	for _, structure := range kfac.Structures() {
		for _, mode := range kfac.Modes() {
			t.Run(string(structure)+" "+string(mode), func(t *testing.T) {
				worst := gap(t, func() trainer.Optimizer {
					cfg := kfac.Config{
						Mode: mode, Structure: structure, LearningRate: 0.3, Momentum: kfac.None, Damping: 1e-26, DampingUpdateSteps: kfac.None, GammaUpdateSteps: kfac.None,
						FactorUpdateSteps: 1, InverseUpdateSteps: 1, Estimator: graph.Exact,
					}
					if mode == kfac.Fixed {
						cfg.Momentum = 0.5
					}
					return newOptimizer(t, cfg)
				})
				if structure == kfac.Diagonal || structure == kfac.EKFAC {
					assert.Greater(t, worst, 1e-3)
				} else {
					assert.Less(t, worst, 1e-8)
				}
			})
		}
	}
	assert.Greater(t, gap(t, func() trainer.Optimizer {
		o, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.1})
		require.NoError(t, err)
		return o
	}), 1e-3)
}
