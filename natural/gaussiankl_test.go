package natural_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// TestGaussianKLOfCloseDistributions: KL(θ, θ + d) of 1e-16 to 1e-20, with the digits that ½dᵀFd has, the third-order term
// being about ‖d‖ of it.
func TestGaussianKLOfCloseDistributions(t *testing.T) {
	for _, r := range append(gaussianRows(), multivariateRows()...) {
		theta := r.points[0]
		for _, length := range []float64{1e-5, 1e-6} {
			phi, d := append([]float64(nil), theta...), make([]float64, len(theta))
			for i := range d {
				phi[i] += length * (1 - 1.5*float64(i%2)) * math.Max(math.Abs(theta[i]), 0.1)
				d[i] = phi[i] - theta[i]
			}
			v := mat.NewVecDense(len(d), d)
			want := mat.Inner(v, fisher(r.family, theta), v) / 2
			// Rounding of θ by 1e-16 turns d by 1e-16/length, once more for the inversions in some of the families.
			assert.InEpsilon(t, want, r.family.KL(theta, phi), 100*length+1e-14/length, "%s, length %g", r.family, length)
		}
	}
}

// TestGaussianKLOfDistantScales against −log r − ½ + ½r² of r = 1e-20, whose square is lost against 1, and r = 1e20.
func TestGaussianKLOfDistantScales(t *testing.T) {
	for _, r := range []float64{1e-20, 1e20} {
		want := -math.Log(r) - 0.5 + r*r/2
		assert.InEpsilon(t, want, natural.GaussianSigma{}.KL([]float64{0, r * 1e-100}, []float64{0, 1e-100}), 1e-14)
		assert.InEpsilon(t, want, natural.GaussianVariance{}.KL([]float64{0, r * r}, []float64{0, 1}), 1e-14)
		assert.InEpsilon(t, want, natural.GaussianLogSigma{}.KL([]float64{0, math.Log(r)}, []float64{0, 0}), 1e-13)
		assert.InEpsilon(t, want, natural.GaussianNatural{}.KL([]float64{0, -0.5 / r / r}, []float64{0, -0.5}), 1e-14)
		assert.InEpsilon(t, want, natural.GaussianCovariance{Dim: 1}.KL([]float64{0, r * r}, []float64{0, 1}), 1e-14)
	}
}

// TestGaussianKLOfCloseLargeScales: of r = σ/s = 1 + 1e-9 it is (r − 1)² to 1e-9, where logarithms of 1e100 have only 4
// digits of their difference.
func TestGaussianKLOfCloseLargeScales(t *testing.T) {
	s := 1e100
	sigma := s * (1 + 1e-9)
	d := (sigma - s) / s
	assert.InEpsilon(t, d*d, natural.GaussianSigma{}.KL([]float64{0, sigma}, []float64{0, s}), 1e-8)
	assert.InEpsilon(t, d*d/4, natural.GaussianVariance{}.KL([]float64{0, sigma}, []float64{0, s}), 1e-8)
	assert.InEpsilon(t, d*d/4, natural.GaussianNatural{}.KL([]float64{0, -1 / sigma}, []float64{0, -1 / s}), 1e-6)
}
