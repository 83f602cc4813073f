package natural_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// TestSolveRefuses: what has no natural gradient is named.
func TestSolveRefuses(t *testing.T) {
	dst := []float64{0}
	for _, damping := range []float64{-1, math.NaN(), math.Inf(1)} {
		assert.EqualError(t, natural.Damped(natural.PoissonRate{}, dst, []float64{1}, []float64{2}, damping),
			fmt.Sprintf("natural: damping %g: want a finite number ≥ 0", damping))
	}
	assert.NoError(t, natural.Damped(natural.PoissonRate{}, dst, []float64{1}, []float64{2}, 0))
	assert.InDelta(t, 2, dst[0], 1e-14)
	var inverse mat.SymDense
	assert.EqualError(t, natural.PseudoInverse(&inverse, mat.NewSymDense(2, []float64{1, 0, 0, -1})),
		"natural: the matrix has the eigenvalue -1: want a positive semi-definite one")
}

// TestRetractPositiveOfTheSmallestNumber stays positive, where half of it would be rounded to 0.
func TestRetractPositiveOfTheSmallestNumber(t *testing.T) {
	const least = math.SmallestNonzeroFloat64
	assert.Equal(t, least, natural.RetractPositive(least, -least))
}
