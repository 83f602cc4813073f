package curvature_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/gokfac/gokfac/curvature"
)

type tracer func(curvature.Operator, curvature.TraceConfig) (curvature.Estimate, error)

// many are the estimates of many seeds, and the mean of the squares of their standard errors
// over ‖A‖₁.
func many(t *testing.T, estimate tracer, a mat.Symmetric, products, seeds int) (values []float64, variance float64) {
	t.Helper()
	norm := mat.Norm(a, 1)
	for seed := range seeds {
		e, err := estimate(curvature.Symmetric(a), curvature.TraceConfig{Products: products, Seed: uint64(seed)})
		require.NoError(t, err)
		values = append(values, e.Value)
		variance += e.StandardError / norm * e.StandardError / norm / float64(seeds)
	}
	return values, variance
}

// TestTraceIsUnbiased: over 1000 seeds the mean is within 4 standard deviations of the trace, and
// the reported variance within a fifth of the measured one: the relative standard deviation of a
// variance from 1000 samples is √(2/1000) = 4.5 %, and 4 of them are 18 %.
func TestTraceIsUnbiased(t *testing.T) {
	const seeds = 1000
	for _, s := range spectra() {
		if s.norm() == 0 || len(s.values) < 3 {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			a := s.matrix(50)
			for name, estimate := range map[string]tracer{"Hutchinson": curvature.Hutchinson, "Hutch++": curvature.HutchPlusPlus} {
				values, variance := many(t, estimate, a, 12, seeds)
				for i := range values {
					values[i] /= s.norm()
				}
				mean, sd := stat.MeanStdDev(values, nil)
				rounding := 1e3 * ulp
				assert.InDelta(t, mat.Trace(a)/s.norm(), mean, 4*sd/math.Sqrt(seeds)+rounding, name)
				if sd > rounding {
					assert.InEpsilon(t, sd, math.Sqrt(variance)*mat.Norm(a, 1)/s.norm(), 0.2, name)
				}
			}
		})
	}
}

// TestHutchinsonVariance: that of one zᵀAz is 2(‖A‖_F² − Σ a_ii²).
func TestHutchinsonVariance(t *testing.T) {
	a := spectra()[9].matrix(51)
	variance := 0.0
	for i := range a.SymmetricDim() {
		for j := range a.SymmetricDim() {
			if i != j {
				variance += 2 * a.At(i, j) * a.At(i, j)
			}
		}
	}
	values, _ := many(t, curvature.Hutchinson, a, 10, 2000)
	assert.InEpsilon(t, variance/10, stat.Variance(values, nil), 0.13) // 4·√(2/2000)
}

// TestHutchPlusPlus is exact at a low rank, and far better where the spectrum falls off.
func TestHutchPlusPlus(t *testing.T) {
	s := spectra()[5]
	require.Equal(t, "rank 7", s.name)
	a := s.matrix(52)
	e, err := curvature.HutchPlusPlus(curvature.Symmetric(a), curvature.TraceConfig{Products: 24})
	require.NoError(t, err)
	assert.InDelta(t, 28, e.Value, 1e3*ulp*7)
	assert.LessOrEqual(t, e.StandardError, 1e3*ulp*7)
	assert.LessOrEqual(t, e.Products, 24)

	a = spectra()[1].matrix(53)
	plain, _ := many(t, curvature.Hutchinson, a, 60, 50)
	plus, _ := many(t, curvature.HutchPlusPlus, a, 60, 50)
	assert.Less(t, 10*stat.StdDev(plus, nil), stat.StdDev(plain, nil))

	diagonal := mat.NewDiagDense(3, []float64{1, 2, -4})
	e, err = curvature.HutchPlusPlus(curvature.Symmetric(diagonal), curvature.TraceConfig{Products: 90})
	require.NoError(t, err)
	assert.InDelta(t, -1, e.Value, 1e-14)
	assert.Zero(t, e.StandardError, "all of the space is in Q")
}

func TestTraceRefuses(t *testing.T) {
	a := curvature.Symmetric(spectra()[0].matrix(1))
	_, err := curvature.Hutchinson(a, curvature.TraceConfig{Products: 1})
	assert.ErrorContains(t, err, "curvature: trace: products 1: want")
	_, err = curvature.HutchPlusPlus(a, curvature.TraceConfig{Products: 5})
	assert.ErrorContains(t, err, "curvature: trace: products 5: want")
	for left := range 6 {
		_, err = curvature.HutchPlusPlus(&failing{Operator: a, left: left}, curvature.TraceConfig{Products: 6})
		assert.ErrorContains(t, err, "no more products")
		_, err = curvature.Hutchinson(&failing{Operator: a, left: left}, curvature.TraceConfig{Products: 6})
		assert.ErrorContains(t, err, "no more products")
	}
}
