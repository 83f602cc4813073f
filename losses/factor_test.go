package losses_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/losses"
)

// hessian is H_L of one example by its closed form, from the mean p.
func hessian(name string, p []float64, i, j int) float64 {
	diagonal := map[string]float64{"softmax": p[i], "sigmoid": p[i] * (1 - p[i]), "squared": 1}[name]
	h := 0.0
	if i == j {
		h = diagonal
	}
	if name == "softmax" {
		h -= p[i] * p[j]
	}
	return h
}

// Σ_columns N²·f fᵀ, with f the columns that Factor adds, is H_L: by its closed
// form, and as the second differences of N times the cost.
func TestFactorIsTheHessian(t *testing.T) {
	const n, c = 3, 4
	for name, l := range all {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(6, 6))
			b := newBuilder(t, n, 1)
			z, zMem := input(t, b, make([]float64, n*c), n, c)
			zs := zMem.Float64s()
			for i := range zs {
				zs[i] = 1.5 * r.NormFloat64()
			}
			shape, err := l.TargetShape(z.Shape())
			require.NoError(t, err)
			y, _ := input(t, b, randomTargets(r, name, n, c), shape...)
			column := 0
			factor, mean := must(t)(l.Factor(b, z, &column)), must(t)(l.Mean(b, z))
			cost := must(t)(l.Build(b, z, y))

			var sum [n][c][c]float64
			prog, err := b.Compile(factor)
			require.NoError(t, err)
			for column = range c {
				require.NoError(t, prog.Run())
				f := values(factor)
				for e := range n {
					for i := range c {
						for j := range c {
							sum[e][i][j] += n * f[e*c+i] * n * f[e*c+j]
						}
					}
				}
			}
			costs := compute(t, b, cost)
			if name != "squared" { // whose mean is the input z
				compute(t, b, mean)
			}
			p := values(mean)
			at := func(i int, di float64, j int, dj float64) float64 {
				zs[i] += di
				zs[j] += dj
				require.NoError(t, costs.Run())
				zs[j] -= dj
				zs[i] -= di
				return values(cost)[0]
			}
			// Second differences err by h²·|f⁗|/6 ≈ 1e-8 and by 4·ε·|f|/(4h²) ≈
			// 3e-8, times N.
			const h, tolerance = 2e-4, 2e-7
			for e := range n {
				for i := range c {
					for j := range c {
						assert.InDelta(t, hessian(name, p[e*c:(e+1)*c], i, j), sum[e][i][j], 4e-16, "closed form")
						a, b := e*c+i, e*c+j
						second := (at(a, h, b, h) - at(a, h, b, -h) - at(a, -h, b, h) + at(a, -h, b, -h)) / (4 * h * h)
						assert.InDelta(t, n*second, sum[e][i][j], tolerance, "second differences")
					}
				}
			}
		})
	}
}

// Sampled targets and the factor are constants: no gradient flows through.
func TestSamplesAreConstants(t *testing.T) {
	for name, l := range all {
		t.Run(name, func(t *testing.T) {
			b, column := newBuilder(t, 2, 1), 0
			z, _ := input(t, b, []float64{1, 2, 3, 4}, 2, 2)
			sample, factor := must(t)(l.Sample(b, z)), must(t)(l.Factor(b, z, &column))
			g, err := b.Backward(sample, b.Ones(sample.Shape()...), z)
			require.NoError(t, err)
			assert.Nil(t, g[0])
			g, err = b.Backward(factor, b.Ones(2, 2), z)
			require.NoError(t, err)
			assert.Nil(t, g[0])
		})
	}
}

// Two losses on one output keep their own means.
func TestMeansAreNotShared(t *testing.T) {
	b := newBuilder(t, 1, 1)
	z, _ := input(t, b, []float64{0, 0, 0, 0}, 1, 4)
	soft, sig := must(t)(losses.SoftmaxCrossEntropy{}.Mean(b, z)), must(t)(losses.SigmoidCrossEntropy{}.Mean(b, z))
	again := must(t)(losses.SoftmaxCrossEntropy{}.Mean(b, z))
	assert.Same(t, soft, again, "one loss computes its mean once")
	compute(t, b, soft, sig)
	assert.InDeltaSlice(t, []float64{0.25, 0.25, 0.25, 0.25}, values(soft), 1e-16)
	assert.Equal(t, []float64{0.5, 0.5, 0.5, 0.5}, values(sig))
}
