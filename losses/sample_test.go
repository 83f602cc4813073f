package losses_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// draws are targets sampled for n rows of the same outputs z.
func draws(t *testing.T, l losses.Loss, seed uint64, n int, z ...float64) []float64 {
	t.Helper()
	b := newBuilder(t, n, seed)
	rows := make([]float64, 0, n*len(z))
	for range n {
		rows = append(rows, z...)
	}
	zn, _ := input(t, b, rows, n, len(z))
	sample := must(t)(l.Sample(b, zn))
	shape, err := l.TargetShape(zn.Shape())
	require.NoError(t, err)
	require.Equal(t, shape, sample.Shape())
	compute(t, b, sample)
	return values(sample)
}

const sampleSize = 40000

func TestSoftmaxSamples(t *testing.T) {
	p := []float64{0.5, 0.3, 0.15, 0.05, 0}
	z := make([]float64, len(p))
	for c, v := range p {
		z[c] = math.Log(v)
	}
	z[4] = -1000 // a class of probability 0
	counts := make([]float64, len(p))
	for _, label := range draws(t, losses.SoftmaxCrossEntropy{}, 1, sampleSize, z...) {
		counts[int(label)]++
	}
	assert.Zero(t, counts[4])
	var chi2 float64
	for c, v := range p[:4] {
		d := counts[c] - sampleSize*v
		chi2 += d * d / (sampleSize * v)
	}
	assert.Less(t, chi2, 16.27, "χ² with 3 degrees of freedom, 99.9 %")
}

// Each row is drawn from its own distribution.
func TestSoftmaxSamplesByRow(t *testing.T) {
	b := newBuilder(t, 3, 1)
	z, _ := input(t, b, []float64{0, 500, 0, 500, 0, 0, 0, 0, 500}, 3, 3)
	sample := must(t)(losses.SoftmaxCrossEntropy{}.Sample(b, z))
	compute(t, b, sample)
	assert.Equal(t, []float64{1, 0, 2}, values(sample))
}

func TestBernoulliSamples(t *testing.T) {
	p := []float64{0.9, 0.5, 0.02}
	z := make([]float64, len(p))
	for c, v := range p {
		z[c] = math.Log(v / (1 - v))
	}
	sum, both := make([]float64, len(p)), 0.0
	for i, y := range draws(t, losses.SigmoidCrossEntropy{}, 2, sampleSize, z...) {
		require.Contains(t, []float64{0, 1}, y)
		sum[i%3] += y
	}
	for c, v := range p { // five standard deviations of a binomial count
		assert.InDelta(t, sampleSize*v, sum[c], 5*math.Sqrt(sampleSize*v*(1-v)))
	}
	y := draws(t, losses.SigmoidCrossEntropy{}, 2, sampleSize, z...)
	for i := 0; i < len(y); i += 3 {
		both += y[i] * y[i+1]
	}
	const joint = 0.9 * 0.5
	assert.InDelta(t, sampleSize*joint, both, 5*math.Sqrt(sampleSize*joint*(1-joint)), "units are independent")
}

// N(z, I): mean and variance within five standard errors, units uncorrelated.
func TestGaussianSamples(t *testing.T) {
	z := []float64{3, -100}
	y := draws(t, losses.SquaredError{}, 3, sampleSize, z...)
	var mean, square [2]float64
	var cross float64
	for i := 0; i < len(y); i += 2 {
		for c, m := range z {
			mean[c] += (y[i+c] - m) / sampleSize
			square[c] += (y[i+c] - m) * (y[i+c] - m) / sampleSize
		}
		cross += (y[i] - z[0]) * (y[i+1] - z[1]) / sampleSize
	}
	root := math.Sqrt(sampleSize)
	for c := range z {
		assert.InDelta(t, 0, mean[c], 5/root)
		assert.InDelta(t, 1, square[c], 5*math.Sqrt2/root)
	}
	assert.InDelta(t, 0, cross, 5/root)
}

// N(μ, σ²) unit by unit: mean, variance and kurtosis within five standard errors, units uncorrelated. What overflows
// is the greatest number.
func TestDiagonalGaussianSamples(t *testing.T) {
	z := []float64{3, -100, math.Log(0.25), math.Log(20)}
	y := draws(t, losses.DiagonalGaussian{}, 3, sampleSize, z...)
	var mean, square, fourth [2]float64
	var cross float64
	for i := 0; i < len(y); i += 2 {
		var r [2]float64
		for c := range r {
			r[c] = (y[i+c] - z[c]) / math.Exp(z[2+c])
			mean[c] += r[c] / sampleSize
			square[c] += r[c] * r[c] / sampleSize
			fourth[c] += r[c] * r[c] * r[c] * r[c] / sampleSize
		}
		cross += r[0] * r[1] / sampleSize
	}
	root := math.Sqrt(sampleSize)
	for c := range mean {
		assert.InDelta(t, 0, mean[c], 5/root)
		assert.InDelta(t, 1, square[c], 5*math.Sqrt2/root)
		assert.InDelta(t, 3, fourth[c], 5*math.Sqrt(96)/root)
	}
	assert.InDelta(t, 0, cross, 5/root)

	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		b := typedBuilder(t, dtype, 1, 1)
		z, _ := input(t, b, []float64{1, 2, 3, 1000, -1000, 100}, 1, 6)
		sample := must(t)(losses.DiagonalGaussian{}.Sample(b, z))
		compute(t, b, sample)
		greatest := math.MaxFloat64
		if dtype == graph.Float32 {
			greatest = math.MaxFloat32
			assert.Equal(t, greatest, math.Abs(values(sample)[2]))
		}
		assert.Equal(t, greatest, math.Abs(values(sample)[0]))
		assert.Equal(t, 2.0, values(sample)[1])
	}
}

// The same seed draws the same, another draws other targets, and every run of
// a program draws anew.
func TestSamplesAreSeeded(t *testing.T) {
	for name, l := range all {
		t.Run(name, func(t *testing.T) {
			z := []float64{0.1, -0.2, 0.3, 0.4}
			first := draws(t, l, 1, 50, z...)
			assert.Equal(t, first, draws(t, l, 1, 50, z...))
			assert.NotEqual(t, first, draws(t, l, 2, 50, z...))

			b := newBuilder(t, 20, 1)
			zn, _ := input(t, b, make([]float64, 20*len(z)), 20, len(z))
			sample := must(t)(l.Sample(b, zn))
			p := compute(t, b, sample)
			before := values(sample)
			require.NoError(t, p.Run())
			assert.NotEqual(t, before, values(sample))
		})
	}
}

// One seed draws the same targets in both float types, and the factors agree
// to float32's rounding of numbers below 3.
func TestSamplesInFloat32(t *testing.T) {
	for name, l := range all {
		t.Run(name, func(t *testing.T) {
			var sample, factor [2][]float64
			columns, size := 3, 1.0
			if name == "gaussian" {
				columns, size = 4, math.E // of the largest deviation
			}
			for i, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
				b := typedBuilder(t, dtype, 12/columns, 5)
				v, _ := input(t, b, []float64{1, -1, 0, 0, 1, 0, 0.5, 2, -1, 1, 1, 1}, 12/columns, columns)
				z, _ := input(t, b, []float64{0.1, -0.2, 0.3, 1, -1, 0.5, 2, 0, -2, 0.7, 0.7, 0.7}, 12/columns, columns)
				drawn, product := must(t)(l.Sample(b, z)), must(t)(l.FactorProduct(b, z, v))
				compute(t, b, drawn, must(t)(b.Snapshot(product)))
				sample[i], factor[i] = values(drawn), values(product)
			}
			assert.InDeltaSlice(t, sample[1], sample[0], size*3*1.2e-7)
			assert.InDeltaSlice(t, factor[1], factor[0], size*3*1.2e-7)
		})
	}
}
