package curvature_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/curvature"
)

func density(t *testing.T, a mat.Symmetric, cfg curvature.DensityConfig) *curvature.Density {
	t.Helper()
	d, err := curvature.NewDensity(curvature.Symmetric(a), cfg)
	require.NoError(t, err)
	return d
}

// TestDensityIsAGaussQuadrature: m steps give the same moments of powers below 2m as all steps,
// and another one of 2m. All steps give zᵀAᵖz/n itself.
func TestDensityIsAGaussQuadrature(t *testing.T) {
	a, steps := spectra()[0].matrix(60), 5
	few := density(t, a, curvature.DensityConfig{Vectors: 1, Steps: steps, Seed: 3})
	all := density(t, a, curvature.DensityConfig{Vectors: 1, Steps: 60, Seed: 3})
	assert.Len(t, few.Nodes, steps)
	moment := func(d *curvature.Density, p int) float64 {
		return d.Trace(func(x float64) float64 { return math.Pow(x, float64(p)) }).Value
	}
	for p := range 2 * steps {
		assert.InEpsilon(t, moment(all, p), moment(few, p), 1e-11, "power %d", p)
	}
	assert.Greater(t, math.Abs(moment(few, 2*steps)/moment(all, 2*steps)-1), 1e-9)
}

// TestDensityAgainstDense: traces of functions are within 4 standard errors of the dense ones, with as
// many steps as the order; nodes are within the spectrum, and weights sum to 1.
func TestDensityAgainstDense(t *testing.T) {
	functions := map[string]func(float64) float64{
		"1":         func(float64) float64 { return 1 },
		"x":         func(x float64) float64 { return x },
		"x²":        func(x float64) float64 { return x * x },
		"exp(−x²)":  func(x float64) float64 { return math.Exp(-x * x) },
		"1/(1+|x|)": func(x float64) float64 { return 1 / (1 + math.Abs(x)) },
	}
	for i, s := range spectra() {
		t.Run(s.name, func(t *testing.T) {
			n := len(s.values)
			a := s.matrix(uint64(61 + i))
			d := density(t, a, curvature.DensityConfig{Vectors: 40, Steps: n, Seed: 1})
			sum := 0.0
			rounding := 100 * float64(n) * ulp
			for k, w := range d.Weights {
				assert.Positive(t, w)
				sum += w
				assert.GreaterOrEqual(t, d.Nodes[k], min(0, -s.norm()*(1+rounding)))
				assert.LessOrEqual(t, d.Nodes[k], s.norm()*(1+rounding))
				if k > 0 {
					assert.LessOrEqual(t, d.Nodes[k-1], d.Nodes[k])
				}
			}
			assert.InDelta(t, 1, sum, 1e-13)
			assert.InDelta(t, 1, d.Cumulative(2*s.norm()), 1e-13)
			assert.Zero(t, d.Cumulative(-2*s.norm()-1))
			for name, f := range functions {
				want, size := 0.0, 0.0
				for _, v := range s.values {
					want += f(v)
					size += math.Abs(f(v)) + s.norm()
				}
				got := d.Trace(f)
				assert.InDelta(t, want, got.Value, 4*got.StandardError+100*float64(n)*ulp*size, "tr %s", name)
			}
		})
	}
}

// TestDensityBroadened integrates to 1, and peaks at outliers with the weight 1/n: the mean over
// 200 vectors of the weights at one eigenvalue has a standard deviation of √(2/200)/n.
func TestDensityBroadened(t *testing.T) {
	s := spectra()[9]
	d := density(t, s.matrix(80), curvature.DensityConfig{Vectors: 200, Steps: 30})
	const sigma, step = 0.05, 0.005
	sum := 0.0
	for x := -7.0; x < 43; x += step {
		sum += d.At(x, sigma) * step
	}
	assert.InDelta(t, 1, sum, 1e-9)
	weight := (d.Cumulative(-4) - d.Cumulative(-6)) * 60
	assert.InDelta(t, 1, weight, 4*0.1)
	assert.InEpsilon(t, weight/60/sigma/math.Sqrt(2*math.Pi), d.At(-5, sigma), 1e-6)
}

func TestDensityLogDet(t *testing.T) {
	s := spectra()[1]
	d := density(t, s.matrix(81), curvature.DensityConfig{Vectors: 50, Steps: 60})
	for _, lambda := range []float64{0, 1e-3, 1} {
		want := 0.0
		for _, v := range s.values {
			want += math.Log(v + lambda)
		}
		got := d.LogDet(lambda)
		assert.InDelta(t, want, got.Value, 4*got.StandardError, "λ = %g", lambda)
		assert.Less(t, got.StandardError, 10.0)
	}
	one := density(t, s.matrix(81), curvature.DensityConfig{Vectors: 1})
	assert.True(t, math.IsNaN(one.LogDet(1).StandardError))
}

func TestDensityRefuses(t *testing.T) {
	a := curvature.Symmetric(spectra()[0].matrix(1))
	for _, cfg := range []curvature.DensityConfig{{Vectors: -1}, {Steps: -2}} {
		_, err := curvature.NewDensity(a, cfg)
		assert.ErrorContains(t, err, "curvature: spectral density: ")
	}
	_, err := curvature.NewDensity(&failing{Operator: a, left: 3}, curvature.DensityConfig{})
	assert.ErrorContains(t, err, "no more products")
	first, err := curvature.NewDensity(a, curvature.DensityConfig{Seed: 4})
	require.NoError(t, err)
	second, err := curvature.NewDensity(a, curvature.DensityConfig{Seed: 4})
	require.NoError(t, err)
	assert.Equal(t, first, second)
}
