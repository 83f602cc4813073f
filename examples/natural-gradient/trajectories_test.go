package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
)

func byName(t *testing.T, list []contestant) map[string]trajectory {
	t.Helper()
	all := map[string]trajectory{}
	for _, c := range list {
		found, err := fastest(c)
		require.NoError(t, err)
		all[c.name] = found
	}
	return all
}

func closeTo(t *testing.T, want, got point, tolerance float64, what ...any) {
	t.Helper()
	assert.InDeltaSlice(t, want[:], got[:], tolerance, what...)
}

// TestBowl: one whole step is the bottom of the bowl by natural gradient descent, Newton's
// method and K-FAC with one layer. With a layer for each weight K-FAC divides each
// element of the gradient by its own curvature, as Jacobi's method does.
func TestBowl(t *testing.T) {
	all := byName(t, bowlContestants())
	for _, name := range []string{"natural", "Newton", "K-FAC, one layer"} {
		require.Len(t, all[name].points, 2, name)
		assert.Equal(t, 1.0, all[name].rate)
		closeTo(t, point{}, all[name].points[1], 1e-12, name)
	}
	h, w := bowlHessian(), bowlStart
	want := point{-h[0][1] * w[1] / h[0][0], -h[1][0] * w[0] / h[1][1]}
	closeTo(t, want, all["K-FAC, two layers"].points[1], 1e-12)
	coupling := h[0][1] / math.Sqrt(h[0][0]*h[1][1])
	steps := math.Ceil(math.Log(goal) / (2 * math.Log(math.Abs(coupling)))) // the loss falls by the square of the coupling
	assert.InDelta(t, steps, len(all["K-FAC, two layers"].points)-1, 1)

	plain := all["plain gradient"]
	g := point{h[0][0]*w[0] + h[0][1]*w[1], h[1][0]*w[0] + h[1][1]*w[1]}
	closeTo(t, point{w[0] - plain.rate*g[0], w[1] - plain.rate*g[1]}, plain.points[1], 1e-12)
	assert.Less(t, plain.rate, 2.0/steep, "beyond it the steep side diverges")
	adam := all["Adam"] // its first step is the rate, against the gradient's signs
	closeTo(t, point{w[0] - adam.rate*math.Copysign(1, g[0]), w[1] - adam.rate*math.Copysign(1, g[1])}, adam.points[1], 1e-6)
	assert.Equal(t, []int{44, 50, 20}, []int{len(plain.points) - 1, len(adam.points) - 1, len(all["K-FAC, two layers"].points) - 1}, "docs/figures has these")
}

// TestGaussian: the first steps are those that the formulas say. Newton's method meets a
// Hessian that is not positive definite, and leaves.
func TestGaussian(t *testing.T) {
	all := byName(t, gaussianContestants())
	sigma := gaussianStart[1]
	r := (dataSigma*dataSigma+gaussianStart[0]*gaussianStart[0])/(sigma*sigma) - 1
	closeTo(t, point{0, sigma * (1 + r/2)}, all["natural in (μ, σ)"].points[1], 1e-12)
	closeTo(t, point{0, sigma * math.Exp(r/2)}, all["K-FAC in (μ, log σ)"].points[1], 1e-12)
	p, err := newGaussian()
	require.NoError(t, err)
	h := p.hessian()
	assert.Negative(t, h[0][0]*h[1][1]-h[0][1]*h[1][0])
	newton := all["Newton"]
	assert.False(t, newton.arrived)
	closeTo(t, gaussianStart, newton.points[0], 0)
	assert.Less(t, newton.points[1][0], gaussianStart[0], "away from the mean")
	for name, most := range map[string]int{"natural in (μ, σ)": 5, "K-FAC in (μ, log σ)": 7, "plain gradient": 37, "Adam": 74} {
		assert.True(t, all[name].arrived, name)
		assert.Len(t, all[name].points, most+1, "%s: docs/figures has these", name)
	}
}

// TestTinyStepsHaveOnePath: natural gradient descent in (μ, σ) and in (μ, log σ) is one
// path as the steps become small: at the same time, the two are apart by the rate.
func TestTinyStepsHaveOnePath(t *testing.T) {
	apart := func(rate float64) float64 {
		var paths [2][]point
		for i, start := range []func() (*problem, error){newGaussian, newGaussianNetwork} {
			c := contestant{name: "natural", start: start, make: naturalSteps(kfac.Full)}
			found, err := run(c, rate, int(math.Round(3/rate)))
			require.NoError(t, err)
			paths[i] = found.points
		}
		at := int(math.Round(1 / rate))
		return math.Hypot(paths[0][at][0]-paths[1][at][0], paths[0][at][1]-paths[1][at][1])
	}
	first, second := apart(0.02), apart(0.01)
	assert.InDelta(t, 2, first/second, 0.1)
	assert.Less(t, second, 0.01)
}

// TestGaussianDerivatives: gradient and Hessian against differences, and the Fisher matrix
// against the Hessian where the data have the model's own moments.
func TestGaussianDerivatives(t *testing.T) {
	const h = 1e-4
	p, err := newGaussian()
	require.NoError(t, err)
	o := p.objective.(*gaussian)
	v := o.param.Value.Float64s()
	gradient := func() point {
		_, err := o.Grad()
		require.NoError(t, err)
		return point(o.param.Grad.Float64s())
	}
	for i := range v {
		keep := v[i]
		v[i] = keep + h
		up, above := gaussianLoss(o.at()), gradient()
		v[i] = keep - h
		down, below := gaussianLoss(o.at()), gradient()
		v[i] = keep
		assert.InDelta(t, (up-down)/(2*h), gradient()[i], 1e-7)
		closeTo(t, point{(above[0] - below[0]) / (2 * h), (above[1] - below[1]) / (2 * h)}, p.hessian()[i], 1e-6)
	}
	v[0], v[1] = 0, dataSigma
	var f [2]point
	_, err = o.Curvature(graph.Exact, func(pass *graph.CurvaturePass) error {
		g := pass.Taps[0].G.Float64s()
		for i := range 2 {
			f[i][0], f[i][1] = f[i][0]+g[i]*g[0], f[i][1]+g[i]*g[1]
		}
		return nil
	})
	require.NoError(t, err)
	for i, row := range p.hessian() {
		closeTo(t, row, f[i], 1e-9)
	}
}

// TestGaussianNetworkIsTheSameFit: the network's loss is the formula's.
func TestGaussianNetworkIsTheSameFit(t *testing.T) {
	p, err := newGaussianNetwork()
	require.NoError(t, err)
	closeTo(t, gaussianStart, p.at(), 1e-15)
	v := p.objective.Params()[0].Value.Float64s()
	for _, w := range []point{{v[0], v[1]}, {0.7, -0.4}} {
		v[0], v[1] = w[0], w[1]
		got, err := p.objective.Loss()
		require.NoError(t, err)
		assert.InDelta(t, gaussianLoss(p.at()), got, 1e-13)
	}
}

// TestContoursAreOfEqualLoss: every ring has one loss.
func TestContoursAreOfEqualLoss(t *testing.T) {
	for name, c := range map[string]struct {
		rings [][]point
		loss  func(point) float64
	}{"bowl": {bowlContours(), bowlLoss}, "Gaussian": {gaussianContours(), gaussianLoss}} {
		assert.Greater(t, len(c.rings), 8, name)
		for _, ring := range c.rings {
			want := c.loss(ring[len(ring)/3])
			for _, p := range ring {
				assert.InDelta(t, want, c.loss(p), 1e-9*(1+math.Abs(want)), name)
			}
		}
	}
}

// TestDraw writes both pictures, and prints a line for everybody.
func TestDraw(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	require.NoError(t, drawTrajectories(&out, dir))
	for _, s := range scenes() {
		b, err := os.ReadFile(filepath.Join(dir, s.file))
		require.NoError(t, err)
		assert.Contains(t, string(b), "</svg>")
		for _, c := range s.contestants {
			assert.Contains(t, out.String(), c.name)
		}
	}
}
