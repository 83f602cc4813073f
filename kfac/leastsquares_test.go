package kfac_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// regression is a generated table of 442 rows and 10 columns like that of the diabetes
// study: columns of mean 0 and length 1 that depend on each other, and targets of
// mean 152 and deviation 77 of which they explain about a half.
func regression(seed uint64) (x *mat.Dense, y []float64) {
	const rows, cols = 442, 10
	r := rand.New(rand.NewPCG(seed, 17))
	normals := func(n, m int) *mat.Dense {
		d := mat.NewDense(n, m, nil)
		d.Apply(func(int, int, float64) float64 { return r.NormFloat64() }, d)
		return d
	}
	spread := mat.NewDiagDense(cols, []float64{2.006, 1.221, 1.097, 0.977, 0.814, 0.776, 0.732, 0.658, 0.28, 0.055}) // but for the last, that study's singular values
	var qr mat.QR
	var turn mat.Dense
	qr.Factorize(normals(cols, cols))
	qr.QTo(&turn)
	x = mat.NewDense(rows, cols, nil)
	x.Product(normals(rows, cols), spread, &turn)
	y = make([]float64, rows)
	weights := normals(cols, 1).RawMatrix().Data
	for j := range cols {
		c := mat.Col(nil, j, x)
		mean, deviation := stat.PopMeanStdDev(c, nil)
		for i, v := range c {
			v = (v - mean) / deviation
			x.Set(i, j, v/math.Sqrt(rows))
			y[i] += weights[j] * v
		}
	}
	_, explained := stat.PopMeanStdDev(y, nil)
	for i := range y {
		y[i] += explained * r.NormFloat64()
	}
	standardise(y)
	for i, v := range y {
		y[i] = 152 + 77*v
	}
	return x, y
}

func standardise(y []float64) {
	mean, deviation := stat.PopMeanStdDev(y, nil)
	for i, v := range y {
		y[i] = (v - mean) / deviation
	}
}

// tables are a regression's inputs in other units.
func tables(x *mat.Dense) map[string]*mat.Dense {
	in := func(unit func(j int) (scale, shift float64)) *mat.Dense {
		d := mat.DenseCopyOf(x)
		d.Apply(func(_, j int, v float64) float64 { scale, shift := unit(j); return v*scale + shift }, d)
		return d
	}
	return map[string]*mat.Dense{
		"raw":          x,
		"standardised": in(func(int) (float64, float64) { return math.Sqrt(442), 0 }),
		"great":        in(func(int) (float64, float64) { return 1000, 50 }),
		"unlike":       in(func(j int) (float64, float64) { return math.Pow(10, float64(j%4)-1), float64(j % 3) }),
	}
}

// excess is by how much more than the least the mean of half the squared
// residuals is with these weights and bias, and the least, by QR.
func excess(t *testing.T, x *mat.Dense, y, theta []float64) (more, least float64) {
	t.Helper()
	rows, cols := x.Dims()
	design := mat.NewDense(rows, cols+1, nil)
	for i := range rows {
		design.SetRow(i, append(append([]float64{}, x.RawRowView(i)...), 1))
	}
	var best, fitted, gap mat.VecDense
	require.NoError(t, best.SolveVec(design, vec(y)))
	fitted.MulVec(design, &best)
	gap.SubVec(vec(y), &fitted)
	least = mat.Dot(&gap, &gap) / float64(2*rows)
	// Residuals at the optimum are at right angles to all columns, so that what is
	// added is the squared length of what the functions differ by.
	var d mat.VecDense
	d.SubVec(vec(theta), &best)
	gap.MulVec(design, &d)
	return mat.Dot(&gap, &gap) / float64(2*rows), least
}

// TestDefaultsReachLeastSquares: the defaults take a linear layer to the optimum
// in 60 full batches, whatever the units of inputs and targets: its loss is the
// least to a part of 1e-8, in float32 as well.
func TestDefaultsReachLeastSquares(t *testing.T) {
	for seed := range uint64(3) {
		x, raw := regression(seed)
		require.Greater(t, mat.Cond(x, 2), 21.0, "the study has 21.7")
		unit := append([]float64{}, raw...)
		standardise(unit)
		for name, inputs := range tables(x) {
			for targets, y := range map[string][]float64{"raw": raw, "standardised": unit} {
				for _, dtype := range []tensor.Dtype{graph.Float64, graph.Float32} {
					t.Run(fmt.Sprintf("%d %s to %s %v", seed, name, targets, dtype), func(t *testing.T) {
						theta, last := fullBatches(t, inputs, y, dtype, seed, 60)
						more, least := excess(t, inputs, y, theta)
						assert.Less(t, more, 1e-8*least)
						if targets == "standardised" {
							assert.Less(t, more, 1e-8)
							assert.InDelta(t, 0.5/2, least, 0.1, "a half is not explained")
						}
						if dtype == graph.Float64 { // in float32 a sum of losses is good to 1e-7
							assert.InEpsilon(t, least, last, 1e-8)
						}
					})
				}
			}
		}
	}
}

// fullBatches takes so many steps at the defaults, and returns weights and bias
// after them and the loss before the last one.
func fullBatches(t *testing.T, x *mat.Dense, y []float64, dtype tensor.Dtype, seed uint64, steps int) (theta []float64, loss float64) {
	t.Helper()
	rows, cols := x.Dims()
	m, err := trainer.NewModel(&layers.Dense{Units: 1}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{cols}, DType: dtype, Seed: seed})
	require.NoError(t, err)
	o := newOptimizer(t, kfac.Config{})
	inputs := tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(x.RawMatrix().Data))
	targets := tensor.New(tensor.WithShape(rows, 1), tensor.WithBacking(y))
	for range steps {
		loss = step(t, m, o, inputs, targets)
	}
	return flat(m.Params(), values), loss
}
