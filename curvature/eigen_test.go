package curvature_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/curvature"
)

var ends = []curvature.End{curvature.Largest, curvature.Smallest, curvature.LargestMagnitude}

// rank is what an end sorts by, descending.
func rank(end curvature.End, value float64) float64 {
	switch end {
	case curvature.Smallest:
		return -value
	case curvature.LargestMagnitude:
		return math.Abs(value)
	}
	return value
}

// expected are all eigenvalues, by gonum, from an end. gonum wants elements that are not tiny.
func expected(t *testing.T, a *mat.SymDense, end curvature.End) []float64 {
	t.Helper()
	_, exponent := math.Frexp(mat.Norm(a, 1))
	var scaled mat.SymDense
	scaled.ScaleSym(math.Ldexp(1, -exponent), a)
	var e mat.EigenSym
	require.True(t, e.Factorize(&scaled, false))
	values := e.Values(nil)
	for i := range values {
		values[i] = math.Ldexp(values[i], exponent)
	}
	slices.SortFunc(values, func(x, y float64) int {
		if rank(end, x) > rank(end, y) {
			return -1
		}
		return 1
	})
	return values
}

// TestEigenAgainstDense: an eigenvalue lies within the residual of each value, and the values are
// the foremost ones with their multiplicities.
func TestEigenAgainstDense(t *testing.T) {
	const tolerance = 1e-9
	for i, s := range spectra() {
		a := s.matrix(uint64(30 + i))
		n := len(s.values)
		within := tolerance*s.norm() + 100*math.Sqrt(float64(n))*ulp*s.norm()
		for _, end := range ends {
			want := expected(t, a, end)
			for _, count := range []int{1, 3, 8, n} {
				if count > n {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s/%d", s.name, end, count), func(t *testing.T) {
					got, err := curvature.Eigen(curvature.Symmetric(a), curvature.EigenConfig{Count: count, End: end, Tolerance: tolerance, Seed: 5, Products: 20000})
					require.NoError(t, err)
					require.True(t, got.Converged)
					require.Len(t, got.Values, count)
					for i, value := range got.Values {
						assert.InDelta(t, rank(end, want[i]), rank(end, value), within, "value %d", i)
						assert.LessOrEqual(t, got.Residuals[i], 2*within)
					}
					assertPairs(t, a, got, within)
				})
			}
		}
	}
}

// assertPairs: VᵀV = I, and the residuals are those of the dense matrix.
func assertPairs(t *testing.T, a mat.Symmetric, got *curvature.Eigenpairs, within float64) {
	t.Helper()
	n, k := got.Vectors.Dims()
	var gram, av mat.Dense
	gram.Mul(got.Vectors.T(), got.Vectors)
	av.Mul(a, got.Vectors)
	for i := range k {
		for j := range k {
			want := 0.0
			if i == j {
				want = 1
			}
			assert.InDelta(t, want, gram.At(i, j), float64(n)*10*ulp)
		}
		var r mat.VecDense
		r.AddScaledVec(av.ColView(i), -got.Values[i], got.Vectors.ColView(i))
		assert.InDelta(t, mat.Norm(&r, 2), got.Residuals[i], within)
	}
}

// TestEigenLarge restarts: the matrix is of order 2000, and 20 vectors are kept.
func TestEigenLarge(t *testing.T) {
	const n = 2000
	a := mat.NewSymBandDense(n, 1, nil) // eigenvalues 2 − 2cos(iπ/(n+1))
	for i := range n {
		a.SetSymBand(i, i, 2)
		if i > 0 {
			a.SetSymBand(i-1, i, -1)
		}
	}
	a.SetSymBand(700, 700, 50)
	a.SetSymBand(1400, 1400, 50) // an eigenvalue that is double up to 1e-300
	a.SetSymBand(90, 90, -30)
	cfg := curvature.EigenConfig{Count: 2, Basis: 20, Seed: 1}
	got, err := curvature.Eigen(a, cfg)
	require.NoError(t, err)
	assert.True(t, got.Converged)
	assert.InDelta(t, got.Values[0], got.Values[1], 1e-6)
	assert.Less(t, got.Products, 150)
	assert.InDelta(t, double(50), got.Values[0], 1e-6)

	cfg.Distinct = true
	once, err := curvature.Eigen(a, cfg)
	require.NoError(t, err)
	assert.Less(t, once.Products, got.Products)

	cfg = curvature.EigenConfig{Count: 1, End: curvature.Smallest, Basis: 20, Seed: 1}
	got, err = curvature.Eigen(a, cfg)
	require.NoError(t, err)
	assert.InDelta(t, double(-30), got.Values[0], 1e-6)
}

// double is the eigenvalue of an infinite matrix of −1, 2, −1 with one diagonal element d:
// x = d ± 2r beside decaying elements rⁱ, where r solves x = 2 − r − 1/r. With s = d − 2,
// x − 2 = ±√(s² + 4).
func double(d float64) float64 { return 2 + math.Copysign(math.Sqrt((d-2)*(d-2)+4), d-2) }

func TestEigenIsDeterministic(t *testing.T) {
	a := curvature.Symmetric(spectra()[1].matrix(1))
	cfg := curvature.EigenConfig{Count: 4, Seed: 9}
	first, err := curvature.Eigen(a, cfg)
	require.NoError(t, err)
	second, err := curvature.Eigen(a, cfg)
	require.NoError(t, err)
	assert.Equal(t, first, second)
	cfg.Seed = 10
	third, err := curvature.Eigen(a, cfg)
	require.NoError(t, err)
	assert.NotEqual(t, first.Vectors, third.Vectors)
}

// TestEigenProductsUsedUp returns the best so far and says so.
func TestEigenProductsUsedUp(t *testing.T) {
	a := spectra()[0].matrix(2)
	got, err := curvature.Eigen(curvature.Symmetric(a), curvature.EigenConfig{Count: 5, Products: 8})
	require.NoError(t, err)
	assert.False(t, got.Converged)
	require.Len(t, got.Values, 5)
	assert.LessOrEqual(t, got.Values[0], 1.0+1e-12)
	assertPairs(t, a, got, 1e-12)
	got, err = curvature.Eigen(curvature.Symmetric(a), curvature.EigenConfig{Count: 5, Products: 3})
	require.NoError(t, err)
	assert.Len(t, got.Values, 3)
	assert.False(t, got.Converged)
}

func TestEigenRefuses(t *testing.T) {
	a := curvature.Symmetric(spectra()[0].matrix(2))
	for _, cfg := range []curvature.EigenConfig{{Count: -2}, {End: "middle"}, {Tolerance: 2}, {Basis: 4, Count: 3}, {Products: -1}, {Count: 61, Basis: 100}} {
		_, err := curvature.Eigen(a, cfg)
		assert.ErrorContains(t, err, "curvature: eigenvalues: ", "%+v", cfg)
	}
	_, err := curvature.Eigen(&failing{Operator: a, left: 10}, curvature.EigenConfig{})
	assert.ErrorContains(t, err, "no more products")
	nan := mat.NewSymDense(2, []float64{1, math.NaN(), 0, 1})
	_, err = curvature.Eigen(curvature.Symmetric(nan), curvature.EigenConfig{})
	assert.ErrorContains(t, err, "not finite")
}

// TestEigenWideBasis: more vectors than are looked at in each step.
func TestEigenWideBasis(t *testing.T) {
	a := laplacian(300)
	got, err := curvature.Eigen(a, curvature.EigenConfig{Count: 70, Basis: 250})
	require.NoError(t, err)
	require.True(t, got.Converged)
	for i, value := range got.Values {
		assert.InDelta(t, 2-2*math.Cos(float64(300-i)*math.Pi/301), value, 1e-7)
	}
}

// rotation is a quarter turn, which is not symmetric: xᵀAx is 0 for every x.
type rotation struct{}

func (rotation) SymmetricDim() int { return 2 }

func (rotation) MulVecTo(dst *mat.VecDense, _ bool, x mat.Vector) {
	a, b := x.AtVec(0), x.AtVec(1)
	if dst.IsEmpty() {
		dst.ReuseAsVec(2)
	}
	dst.SetVec(0, b)
	dst.SetVec(1, -a)
}

// A matrix that is not symmetric is not reported as converged.
func TestEigenNotSymmetric(t *testing.T) {
	for _, end := range ends {
		for count := 1; count <= 2; count++ {
			got, err := curvature.Eigen(rotation{}, curvature.EigenConfig{Count: count, End: end})
			require.NoError(t, err)
			assert.InDelta(t, 1, got.Residuals[0], 1e-12)
			assert.False(t, got.Converged, "%s, %d", end, count)
		}
	}
}
