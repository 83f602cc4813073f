package claims_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// design is x̄ = [x, 1], N×(in+1).
func design(x *tensor.Dense) *mat.Dense {
	n, in := x.Shape()[0], x.Shape()[1]
	d := mat.NewDense(n, in+1, nil)
	for i := range n {
		d.SetRow(i, append(append([]float64{}, x.Float64s()[i*in:(i+1)*in]...), 1))
	}
	return d
}

// Claim: in linear regression with Gaussian noise F = E[x̄x̄ᵀ], for each output, and one
// natural step of rate 1 solves least squares, from any start.
//
// The data's targets have no part in F, nor has the point. K-FAC is natural gradient
// descent here: G is the identity. The step is whole only on the whole batch and without
// damping; a damped one goes the share s/(s+λ) of the way in a direction of curvature s.
// Package kfac's TestDefaultsReachLeastSquares has the way of its defaults.
func TestOneNaturalStepSolvesLeastSquares(t *testing.T) {
	const n, in, out = 60, 5, 3
	x, y := normal(1, n, in), normal(2, n, out)
	for i, v := range x.Float64s() {
		x.Float64s()[i] = v*float64(1+i%in*3) + float64(i%in) // units of their own
	}
	m := newModel(t, &layers.Dense{Units: out}, losses.SquaredError{}, in)
	start := normal(3, (in+1)*out).Float64s()
	set(m, start)
	obj := newBatch(t, m, x, y)
	d := design(x)
	f := kron(moment(d), mat.NewDiagDense(out, []float64{1, 1, 1}))
	assert.Less(t, distance(fisher(t, obj), f), 1e-12)

	var best mat.Dense
	require.NoError(t, best.Solve(d, mat.NewDense(n, out, y.Float64s()))) // by QR
	for _, structure := range []kfac.Structure{kfac.Full, kfac.BlockDiagonal, kfac.BlockTridiagonal, kfac.LowRank, kfac.EKFAC} {
		set(m, start)
		step(t, newKFAC(t, plain(structure, graph.Exact, undamped, 1)), obj)
		near(t, flatten(&best), values(m), 1e-9, structure)
	}

	for name, o := range map[string]rule{"gradient descent": newSGD(t, 0.01), "Adam": newAdam(t, 0.1)} {
		set(m, start)
		step(t, o, obj)
		assert.Greater(t, gap(flatten(&best), values(m)), 0.1, name)
	}

	const lambda = 2.0
	set(m, start)
	step(t, newKFAC(t, plain(kfac.Full, graph.Exact, lambda, 1)), obj)
	var e mat.EigenSym
	require.True(t, e.Factorize(symmetric(f), true))
	var q mat.Dense
	e.VectorsTo(&q)
	want, way := append([]float64{}, start...), flatten(&best)
	floats.Sub(way, start)
	for i, s := range e.Values(nil) {
		c := mat.Col(nil, i, &q)
		floats.AddScaled(want, s/(s+lambda)*floats.Dot(c, way), c)
	}
	near(t, want, values(m), 1e-9, "damped")
}
