package curvature_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/curvature"
	"github.com/gokfac/gokfac/graph"
)

// counting is an operator that counts its products.
type counting struct {
	curvature.Operator
	products int
}

func (c *counting) MulVecTo(dst *mat.VecDense, trans bool, x mat.Vector) {
	c.products++
	c.Operator.MulVecTo(dst, trans, x)
}

// TestProductsAreCounted: what a result says that it took is what it took.
func TestProductsAreCounted(t *testing.T) {
	diagonal := mat.NewSymDense(40, nil)
	for i := range 40 {
		diagonal.SetSym(i, i, float64(i*i+1))
	}
	count := func(name string, f func(a curvature.Operator) (int, error)) {
		c := &counting{Operator: curvature.Symmetric(diagonal)}
		reported, err := f(c)
		require.NoError(t, err, name)
		assert.Equal(t, c.products, reported, name)
		assert.Positive(t, reported, name)
	}
	for _, end := range []curvature.End{curvature.Largest, curvature.Smallest, curvature.LargestMagnitude} {
		count(string(end), func(a curvature.Operator) (int, error) {
			p, err := curvature.Eigen(a, curvature.EigenConfig{Count: 3, End: end, Basis: 8, Seed: 1})
			return p.Products, err
		})
	}
	count("Hutchinson", func(a curvature.Operator) (int, error) {
		e, err := curvature.Hutchinson(a, curvature.TraceConfig{Products: 12, Seed: 1})
		return e.Products, err
	})
	count("Hutch++", func(a curvature.Operator) (int, error) {
		e, err := curvature.HutchPlusPlus(a, curvature.TraceConfig{Products: 12, Seed: 1})
		return e.Products, err
	})
	count("density", func(a curvature.Operator) (int, error) {
		d, err := curvature.NewDensity(a, curvature.DensityConfig{Vectors: 3, Steps: 9, Seed: 1})
		return d.Products, err
	})
}

// TestExactSolutionEndsTheSearch: without a tolerance conjugate gradients go on to rounding, and
// end as converged where nothing is left, not with the directions of the rounding.
func TestExactSolutionEndsTheSearch(t *testing.T) {
	solver, err := curvature.NewSolver(curvature.SolverConfig{Tolerance: graph.None, Iterations: 100})
	require.NoError(t, err)
	var x mat.VecDense
	s, err := solver.Solve(&x, curvature.Symmetric(mat.NewDiagDense(3, []float64{4, 4, 4})), mat.NewVecDense(3, []float64{4, 8, 12}))
	require.NoError(t, err)
	assert.Equal(t, curvature.Converged, s.Outcome)
	assert.Equal(t, 1, s.Iterations)
	assert.Equal(t, []float64{1, 2, 3}, x.RawVector().Data)
}

// noisy is a singular matrix whose products have the error that it says they have.
type noisy struct{ curvature.Operator }

func (noisy) Precision() float64 { return 1e-6 }
func (n noisy) MulVecTo(dst *mat.VecDense, trans bool, x mat.Vector) {
	n.Operator.MulVecTo(dst, trans, x)
	dst.AddScaledVec(dst, -1e-7, x)
}

// TestRoundingIsNoNegativeCurvature: a curvature of −10⁻⁷ of the greatest, from products that are
// right to 10⁻⁶, says that there is none, and not that it is negative.
func TestRoundingIsNoNegativeCurvature(t *testing.T) {
	solver, err := curvature.NewSolver(curvature.SolverConfig{})
	require.NoError(t, err)
	var x mat.VecDense
	s, err := solver.Solve(&x, noisy{curvature.Symmetric(mat.NewDiagDense(2, []float64{1, 0}))}, mat.NewVecDense(2, []float64{1, 1}))
	require.NoError(t, err)
	assert.Equal(t, curvature.NoCurvature, s.Outcome)
	assert.Negative(t, s.Curvature)
}
