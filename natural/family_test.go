package natural_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

func TestDensitiesSumToOne(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		one, _ := expect(r, theta, 1, func(dst, x []float64) { dst[0] = 1 })
		assert.InDelta(t, 1, one[0], integral, "θ = %g", theta)
	})
}

func TestScoreIsTheSlopeOfLogProb(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		xs, _ := r.nodes(theta)
		h, score := steps(r.family, theta), make([]float64, len(theta))
		for k := 0; k < len(xs); k += 1 + len(xs)/20 {
			x := xs[k]
			if r.family.LogProb(x, theta) < -200 { // the rounding of a difference is relative to log p
				continue
			}
			r.family.Score(score, x, theta)
			for i := range theta {
				want := slope(1, theta, unit(len(theta), i), h[i], func(dst, at []float64) { dst[0] = r.family.LogProb(x, at) })
				scale := math.Max(math.Abs(want[0]), 1/(128*h[i]))
				assert.InDelta(t, want[0], score[i], 1e-9*scale, "x = %g, θ = %g, element %d", x, theta, i)
			}
		}
	})
}

func TestScoreHasMeanZeroAndTheFisherMatrixForCovariance(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		n := len(theta)
		f := fisher(r.family, theta)
		score := make([]float64, n)
		zero, size := expect(r, theta, n, func(dst, x []float64) { r.family.Score(dst, x, theta) })
		for i := range zero {
			assert.InDelta(t, 0, zero[i], integral*math.Max(size[i], 1), "θ = %g, score %d", theta, i)
		}
		outer, size := expect(r, theta, n*n, func(dst, x []float64) {
			r.family.Score(score, x, theta)
			for i := range dst {
				dst[i] = score[i/n] * score[i%n]
			}
		})
		for i := range outer {
			assert.InDelta(t, outer[i], f.At(i/n, i%n), integral*math.Max(size[i], 1), "θ = %g, E[ssᵀ], element %d, %d", theta, i/n, i%n)
		}
		h := steps(r.family, theta)
		curvature, size := expect(r, theta, n*n, func(dst, x []float64) {
			for i := range n {
				d := slope(n, theta, unit(n, i), h[i], func(dst, at []float64) { r.family.Score(dst, x, at) })
				floats.ScaleTo(dst[i*n:(i+1)*n], -1, d)
			}
		})
		for i := range curvature {
			scale := math.Max(size[i], 1) + math.Sqrt(f.At(i/n, i/n)*f.At(i%n, i%n))
			assert.InDelta(t, curvature[i], f.At(i/n, i%n), integral*scale, "θ = %g, −E[∂s/∂θ], element %d, %d", theta, i/n, i%n)
		}
	})
}

func TestKLIsTheExpectedLogRatio(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		for _, phi := range r.points {
			want, size := expect(r, theta, 1, func(dst, x []float64) {
				dst[0] = r.family.LogProb(x, theta) - r.family.LogProb(x, phi)
			})
			assert.InDelta(t, want[0], r.family.KL(theta, phi), integral*math.Max(size[0], 1), "θ = %g, φ = %g", theta, phi)
		}
		assert.InDelta(t, 0, r.family.KL(theta, theta), 1e-13)
	})
}

// TestKLIsHalfTheSquaredLengthOfAStep: what is left over is of third order, so that it shrinks to an
// eighth with half the step: to 1/6 at most for steps short enough, down to rounding.
func TestKLIsHalfTheSquaredLengthOfAStep(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		f, d := fisher(r.family, theta), steps(r.family, theta)
		for i := range d {
			d[i] *= 1 - 1.5*float64(i%2)
		}
		rest := func(scale float64) (rest, length float64) {
			step := append([]float64(nil), d...)
			floats.Scale(scale, step)
			v := mat.NewVecDense(len(step), step)
			length = mat.Inner(v, f, v) / 2
			phi := append([]float64(nil), theta...)
			floats.Add(phi, step)
			return math.Abs(r.family.KL(theta, phi) - length), length
		}
		for _, scale := range []float64{1, 0.5} {
			whole, length := rest(scale)
			half, _ := rest(scale / 2)
			assert.LessOrEqual(t, half, whole/6+1e-14*math.Max(1, length), "θ = %g, d = %g", theta, d)
			assert.Less(t, whole, length/2, "θ = %g, d = %g", theta, d)
		}
	})
}

func TestNaturalGradientSolvesTheFisherMatrix(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		n := len(theta)
		f := fisher(r.family, theta)
		var pseudo mat.SymDense
		require.NoError(t, natural.PseudoInverse(&pseudo, f))
		for i := range n {
			g := unit(n, i)
			g[n-1-i] += 0.75
			v := make([]float64, n)
			r.family.NaturalGradient(v, g, theta)
			var want, back mat.VecDense
			want.MulVec(&pseudo, mat.NewVecDense(n, g))
			// A solution of F·v = g from F rounded to 53 bits is exact to its condition number.
			tolerance := 1e-15 * mat.Norm(f, 2) * mat.Norm(&pseudo, 2) * float64(n*n)
			for j := range v {
				assert.InDelta(t, want.AtVec(j), v[j], tolerance*mat.Norm(&want, 2)*10, "θ = %g, F⁺g, element %d", theta, j)
			}
			if r.redundant {
				continue
			}
			back.MulVec(f, mat.NewVecDense(n, v))
			for j := range g {
				assert.InDelta(t, g[j], back.AtVec(j), tolerance*10*math.Max(1, mat.Norm(f, 2)), "θ = %g, F·F⁻¹g, element %d", theta, j)
			}
		}
	})
}

// TestSampleHasTheMomentsOfTheDistribution: a mean of n draws of variance v is within 6√(v/n) but for
// 2e-9 of all seeds, if the mean is close to normal.
func TestSampleHasTheMomentsOfTheDistribution(t *testing.T) {
	const draws = 10000
	each(t, func(t *testing.T, r row, theta []float64) {
		n := r.family.Size()
		moments := func(dst, x []float64) {
			for i, v := range x {
				dst[i], dst[n+i] = v, v*v
			}
		}
		mean, _ := expect(r, theta, 2*n, moments)
		variance, _ := expect(r, theta, 2*n, func(dst, x []float64) {
			moments(dst, x)
			for i := range dst {
				dst[i] = (dst[i] - mean[i]) * (dst[i] - mean[i])
			}
		})
		rng := rand.New(rand.NewPCG(1, 2))
		sum, at, x := make([]float64, 2*n), make([]float64, 2*n), make([]float64, n)
		for i := range draws {
			r.family.Sample(x, theta, rng)
			if i%100 == 0 {
				require.False(t, math.IsInf(r.family.LogProb(x, theta), 0), "x = %g", x)
			}
			moments(at, x)
			floats.Add(sum, at)
		}
		for i := range sum {
			assert.InDelta(t, mean[i], sum[i]/draws, 6*math.Sqrt(variance[i]/draws)+1e-12, "θ = %g, moment %d", theta, i)
		}
		again, other := make([]float64, n), rand.New(rand.NewPCG(1, 2))
		r.family.Sample(again, theta, other)
		r.family.Sample(x, theta, rand.New(rand.NewPCG(1, 2)))
		assert.Equal(t, again, x, "same seed, same outcome")
	})
}

// TestArgumentsMayBeDestinations: dst is the slice of an argument.
func TestArgumentsMayBeDestinations(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		n := len(theta)
		xs, _ := r.nodes(theta)
		x, g, want := xs[len(xs)/2], make([]float64, n), make([]float64, n)
		for i := range g {
			g[i] = 0.01 * float64(i+1)
		}
		check := func(name string, f func(dst, g, theta []float64)) {
			f(want, g, theta)
			for k, dst := range [][]float64{append([]float64(nil), g...), append([]float64(nil), theta...)} {
				arguments := [][]float64{g, theta}
				arguments[k] = dst
				f(dst, arguments[0], arguments[1])
				assert.Equal(t, want, dst, "%s into argument %d", name, k)
			}
		}
		check("NaturalGradient", r.family.NaturalGradient)
		check("Retract", func(dst, g, theta []float64) { r.family.Retract(dst, theta, g) })
		check("Score", func(dst, _, theta []float64) { r.family.Score(dst, x, theta) })
	})
}
