package losses_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// The cost, its gradient and the mean move with the outputs as central
// differences say; the cost does as its gradient says, and its gradient as
// H_L/N. Truncation is h²·f‴/6 and rounding ε·f/h: below 1e-9 for costs of 10.
func TestTangents(t *testing.T) {
	const n, tolerance = 4, 1e-9
	for name, l := range all {
		c, spread, h := outputsOf(name, 3), 1.5, 1e-5
		if name == "gaussian" {
			spread, h = 0.25, 4e-6 // for third derivatives up to 100
		}
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(8, 8))
			b := newBuilder(t, n, 1)
			z, zMem := input(t, b, make([]float64, n*c), n, c)
			dz, dzMem := input(t, b, make([]float64, n*c), n, c)
			for i := range n * c {
				zMem.Float64s()[i], dzMem.Float64s()[i] = spread*r.NormFloat64(), r.NormFloat64()
			}
			shape, err := l.TargetShape(z.Shape())
			require.NoError(t, err)
			targets := randomTargets(r, name, n, 3)
			y, _ := input(t, b, targets, shape...)
			seed, seedMem := input(t, b, []float64{0.7}, 1)
			dseed, _ := input(t, b, []float64{-2}, 1)
			cost := must(t)(l.Build(b, z, y))
			grads, err := b.Backward(cost, seed, z)
			require.NoError(t, err)
			mean := must(t)(b.Snapshot(must(t)(l.Mean(b, z))))
			costDot := must(t)(b.Forward(cost, []*graph.Node{z}, []*graph.Node{dz}))
			twice := must(t)(b.Forward(costDot, []*graph.Node{z}, []*graph.Node{dz}))
			for what, node := range map[string]*graph.Node{"cost": cost, "gradient": grads[0], "mean": mean, "cost's rate": costDot} {
				var dot *graph.Node
				along := func(s float64) { graph.Direction{zMem}.AddScaled(s, graph.Direction{dzMem}) }
				wrt, tangents := []*graph.Node{z}, []*graph.Node{dz}
				if what == "gradient" { // the seed may move as well
					wrt, tangents = append(wrt, seed), append(tangents, dseed)
					along = func(s float64) {
						graph.Direction{zMem}.AddScaled(s, graph.Direction{dzMem})
						seedMem.Float64s()[0] += -2 * s
					}
				}
				dot = must(t)(b.Forward(node, wrt, tangents))
				run := func() []float64 { compute(t, b, node); return values(node) }
				along(h)
				up := run()
				along(-2 * h)
				down := run()
				along(h)
				compute(t, b, must(t)(b.Snapshot(dot)))
				for i, v := range values(dot) {
					assert.InDelta(t, (up[i]-down[i])/(2*h), v, tolerance, "%s, element %d", what, i)
				}
			}
			compute(t, b, costDot, grads[0], twice)
			var inner float64
			for i, g := range values(grads[0]) {
				inner += g / 0.7 * dzMem.Float64s()[i]
			}
			assert.InDelta(t, inner, values(costDot)[0], 1e-15)

			product := must(t)(losses.HessianProduct(b, l, z, dz))
			compute(t, b, must(t)(b.Snapshot(product)))
			var quadratic float64
			for i, v := range values(product) {
				quadratic += v * dzMem.Float64s()[i] / n
			}
			if name == "gaussian" {
				h := 0.0
				for i, y := range targets {
					at := i/3*6 + i%3
					h += secondAlong(zMem.Float64s()[at], zMem.Float64s()[at+3], y, dzMem.Float64s()[at], dzMem.Float64s()[at+3]) / n
				}
				assert.InDelta(t, h, values(twice)[0], 1e-13, "the second derivative is the Hessian's, which is not H_L")
				assert.Greater(t, math.Abs(quadratic-h), 0.01)
			} else {
				assert.InDelta(t, quadratic, values(twice)[0], 1e-15, "the second derivative along dz is dzᵀH_L dz/N")
			}

			none, err := b.Forward(cost, []*graph.Node{y}, []*graph.Node{b.Ones(shape...)})
			require.NoError(t, err)
			assert.Nil(t, none, "targets are constants")
		})
	}
}

// secondAlong is the second derivative of log σ + ½((y−μ)/σ)² along (dm, ds), from the partial derivatives by hand.
func secondAlong(m, s, y, dm, ds float64) float64 {
	variance, d := math.Exp(2*s), y-m
	return dm*dm/variance + 4*dm*ds*d/variance + 2*ds*ds*d*d/variance
}

// float32 against float64: roundings of numbers below 10.
func TestFloat32TangentsAgreeWithFloat64(t *testing.T) {
	const n, tolerance = 6, 4 * 10 * 1.2e-7
	for name, l := range all {
		c, spread := outputsOf(name, 5), 2.0
		if name == "gaussian" {
			spread = 0.25
		}
		var got [2][]float64
		for i, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
			r := rand.New(rand.NewPCG(8, 8))
			random := func(spread float64) []float64 {
				x := make([]float64, n*c)
				for i := range x {
					x[i] = spread * r.NormFloat64()
				}
				return x
			}
			b := typedBuilder(t, dtype, n, 1)
			z, _ := input(t, b, random(spread), n, c)
			dz, _ := input(t, b, random(2), n, c)
			shape, err := l.TargetShape(z.Shape())
			require.NoError(t, err)
			y, _ := input(t, b, randomTargets(r, name, n, 5), shape...)
			cost := must(t)(l.Build(b, z, y))
			grads, err := b.Backward(cost, b.Ones(1), z)
			require.NoError(t, err)
			for _, node := range []*graph.Node{cost, grads[0], must(t)(b.Snapshot(must(t)(l.Mean(b, z))))} {
				dot := must(t)(b.Forward(node, []*graph.Node{z}, []*graph.Node{dz}))
				compute(t, b, must(t)(b.Snapshot(dot)))
				got[i] = append(got[i], values(dot)...)
			}
		}
		assert.InDeltaSlice(t, got[1], got[0], tolerance, name)
	}
}
