package natural_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// integral is the tolerance of what is enumerated or integrated, relative to the size of the terms.
const integral = 1e-9

// each runs a test on every family at each of its points.
func each(t *testing.T, test func(t *testing.T, r row, theta []float64)) {
	for _, r := range rows() {
		t.Run(r.family.String(), func(t *testing.T) {
			require.GreaterOrEqual(t, len(r.points), 2)
			for _, theta := range r.points {
				require.NoError(t, r.family.Validate(theta))
				test(t, r, theta)
			}
		})
	}
}

// expect is E[f(x)] under p(x|θ), n numbers, and the expectation of their absolute values.
func expect(r row, theta []float64, n int, f func(dst, x []float64)) (mean, size []float64) {
	mean, size = make([]float64, n), make([]float64, n)
	xs, weights := r.nodes(theta)
	dst := make([]float64, n)
	for i, x := range xs {
		p := weights[i] * math.Exp(r.family.LogProb(x, theta))
		if p == 0 {
			continue
		}
		f(dst, x)
		for j, v := range dst {
			mean[j] += p * v
			size[j] += p * math.Abs(v)
		}
	}
	return mean, size
}

// slope is the derivative of f along direction at θ, by central differences of 6th order. With h = 1e-2
// of the scale of θ their error is some h⁶ = 1e-12 of the derivatives' size, the rounding 1e-16/h.
func slope(n int, theta, direction []float64, h float64, f func(dst, theta []float64)) []float64 {
	sum, dst, at := make([]float64, n), make([]float64, n), make([]float64, len(theta))
	for k, c := range []float64{3. / 4, -3. / 20, 1. / 60} {
		for _, sign := range []float64{1, -1} {
			floats.AddScaledTo(at, theta, sign*float64(k+1)*h, direction)
			f(dst, at)
			floats.AddScaled(sum, sign*c/h, dst)
		}
	}
	return sum
}

// steps are lengths of differences for each parameter: small against it and against the way to the
// domain's boundary.
func steps(f natural.Family, theta []float64) []float64 {
	h := make([]float64, len(theta))
	for i := range theta {
		for h[i] = 1; ; h[i] /= 2 {
			far, back := append([]float64(nil), theta...), append([]float64(nil), theta...)
			far[i] += h[i]
			back[i] -= h[i]
			if f.Validate(far) == nil && f.Validate(back) == nil {
				break
			}
		}
		h[i] /= 128
	}
	return h
}

func unit(n, i int) []float64 {
	e := make([]float64, n)
	e[i] = 1
	return e
}

func fisher(f natural.Family, theta []float64) *mat.SymDense {
	var m mat.SymDense
	f.Fisher(&m, theta)
	return &m
}
