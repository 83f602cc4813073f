package curvature_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/curvature"
)

// broken is an operator whose products fail.
type broken struct{ err error }

func (broken) SymmetricDim() int { return 3 }
func (broken) MulVecTo(dst *mat.VecDense, _ bool, _ mat.Vector) {
	if dst.IsEmpty() {
		dst.ReuseAsVec(3)
	}
}
func (b broken) Err() error { return b.err }

// TestErrorsOfProducts: whatever asks for a product, its error is inside, says what it was for and
// names the package once; no operator at all is an error as well.
func TestErrorsOfProducts(t *testing.T) {
	cause := errors.New("curvature: mini-batch 3: broken file")
	solver, err := curvature.NewSolver(curvature.SolverConfig{})
	assert.NoError(t, err)
	for task, f := range map[string]func(a curvature.Operator) error{
		"eigenvalues": func(a curvature.Operator) error {
			_, err := curvature.Eigen(a, curvature.EigenConfig{Count: 1})
			return err
		},
		"trace": func(a curvature.Operator) error {
			_, err := curvature.Hutchinson(a, curvature.TraceConfig{})
			return err
		},
		"trace, Hutch++": func(a curvature.Operator) error {
			_, err := curvature.HutchPlusPlus(a, curvature.TraceConfig{})
			return err
		},
		"spectral density": func(a curvature.Operator) error {
			_, err := curvature.NewDensity(a, curvature.DensityConfig{})
			return err
		},
		"column 0": func(a curvature.Operator) error { _, err := curvature.Dense(a); return err },
		"conjugate gradients": func(a curvature.Operator) error {
			_, err := solver.Solve(&mat.VecDense{}, a, mat.NewVecDense(3, []float64{1, 0, 0}))
			return err
		},
	} {
		err := f(broken{cause})
		assert.ErrorIs(t, err, cause, task)
		name, _, _ := strings.Cut(task, ",")
		assert.EqualError(t, err, "curvature: "+name+": mini-batch 3: broken file")
		assert.EqualError(t, f(nil), "curvature: no matrix: the operator is nil", task)
	}
}
