package curvature_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/curvature"
)

// TestOperators: a banded matrix, a dense one and a shifted one are the matrices that they stand for.
func TestOperators(t *testing.T) {
	for _, s := range spectra() {
		a := s.matrix(40)
		n := len(s.values)
		got, err := curvature.Dense(curvature.Symmetric(a))
		require.NoError(t, err)
		assert.True(t, mat.Equal(a, got), s.name)
		shifted := mat.NewSymDense(n, nil)
		shifted.CopySym(a)
		for i := range n {
			shifted.SetSym(i, i, a.At(i, i)+0.5)
		}
		got, err = curvature.Dense(curvature.Shift(curvature.Symmetric(a), 0.5))
		require.NoError(t, err)
		assert.True(t, mat.EqualApprox(shifted, got, ulp*s.norm()), s.name)
	}
	got, err := curvature.Dense(laplacian(30))
	require.NoError(t, err)
	assert.True(t, mat.Equal(laplacian(30), got))
}

// TestEmpty: matrices of order 0 are an error everywhere.
func TestEmpty(t *testing.T) {
	a := curvature.Symmetric(&mat.SymDense{})
	_, err := curvature.Dense(a)
	assert.ErrorContains(t, err, "order 0")
	_, err = solver(t, curvature.SolverConfig{}).Solve(&mat.VecDense{}, a, &mat.VecDense{})
	assert.ErrorContains(t, err, "order 0")
	_, err = curvature.Eigen(a, curvature.EigenConfig{})
	assert.ErrorContains(t, err, "order 0")
	_, err = curvature.Hutchinson(a, curvature.TraceConfig{})
	assert.ErrorContains(t, err, "order 0")
	_, err = curvature.HutchPlusPlus(a, curvature.TraceConfig{})
	assert.ErrorContains(t, err, "order 0")
	_, err = curvature.NewDensity(a, curvature.DensityConfig{})
	assert.ErrorContains(t, err, "order 0")
}
