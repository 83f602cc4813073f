package losses_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// naive is one example's cost by its definition, and its gradient.
func naive(name string, z, y []float64) (cost float64, grad []float64) {
	grad = make([]float64, len(z))
	switch name {
	case "softmax":
		var sum float64
		for _, v := range z {
			sum += math.Exp(v)
		}
		for c, v := range z {
			grad[c] = math.Exp(v) / sum
		}
		label := int(y[0])
		cost = -math.Log(grad[label])
		grad[label]--
	case "sigmoid":
		for c, v := range z {
			p := 1 / (1 + math.Exp(-v))
			cost -= y[c]*math.Log(p) + (1-y[c])*math.Log(1-p)
			grad[c] = p - y[c]
		}
	case "squared":
		for c, v := range z {
			cost += (v - y[c]) * (v - y[c]) / 2
			grad[c] = v - y[c]
		}
	case "gaussian":
		for c, mean := range z[:len(z)/2] {
			at, deviation := len(z)/2+c, math.Exp(z[len(z)/2+c])
			r := (y[c] - mean) / deviation
			cost += math.Log(deviation) + r*r/2
			grad[c], grad[at] = -r/deviation, 1-r*r
		}
	}
	return cost, grad
}

// randomTargets are n targets of c units.
func randomTargets(r *rand.Rand, name string, n, c int) []float64 {
	if name == "softmax" {
		y := make([]float64, n)
		for i := range y {
			y[i] = float64(r.IntN(c))
		}
		return y
	}
	y := make([]float64, n*c)
	for i := range y {
		y[i] = r.Float64()
	}
	return y
}

// The cost is the mean over examples of the sum over units, and the gradient
// that of the mean.
func TestCostByDefinition(t *testing.T) {
	for name, l := range all {
		for _, size := range [][2]int{{1, 1}, {1, 4}, {5, 3}} {
			t.Run(fmt.Sprint(name, size), func(t *testing.T) {
				n, c := size[0], size[1]
				if name == "softmax" {
					c = max(c, 2)
				}
				r := rand.New(rand.NewPCG(2, 2))
				y := randomTargets(r, name, n, c)
				spread := 3.0
				if name == "gaussian" {
					spread = 0.5 // for gradients below 30, too
				}
				c = outputsOf(name, c)
				z := make([]float64, n*c)
				for i := range z {
					z[i] = spread * r.NormFloat64()
				}
				const seed = 2.5
				cost, grad := costAndGrad(t, newBuilder(t, n, 1), l, z, y, n, c, seed)
				var want float64
				for e := range n {
					row, g := naive(name, z[e*c:(e+1)*c], y[e*len(y)/n:(e+1)*len(y)/n])
					want += row / float64(n)
					for i, v := range g {
						assert.InDelta(t, seed*v/float64(n), grad[e*c+i], 1e-14, "roundings of numbers below 30")
					}
				}
				assert.InDelta(t, want, cost, 3e-14)
			})
		}
	}
}

// At logits of ±1000, where exp is 0 or infinite.
func TestCostAtLargeLogits(t *testing.T) {
	for _, c := range []struct {
		name       string
		z, y       []float64
		cost       float64
		gradByUnit []float64
	}{
		{"softmax", []float64{1000, -1000, 0}, []float64{0}, 0, []float64{0, 0, 0}},
		{"softmax", []float64{1000, -1000, 0}, []float64{1}, 2000, []float64{1, -1, 0}},
		{"softmax", []float64{1000, 1000, -1000}, []float64{0}, math.Ln2, []float64{-0.5, 0.5, 0}},
		{"softmax", []float64{-1000, -1000, -1000}, []float64{2}, math.Log(3), []float64{1. / 3, 1. / 3, -2. / 3}},
		{"sigmoid", []float64{1000, -1000}, []float64{1, 0}, 0, []float64{0, 0}},
		{"sigmoid", []float64{1000, -1000}, []float64{0, 1}, 2000, []float64{1, -1}},
		{"sigmoid", []float64{-1000, 0}, []float64{0.25, 0.25}, 250 + math.Ln2, []float64{-0.25, 0.25}},
		{"gaussian", []float64{1, 1000}, []float64{3}, 1000, []float64{0, 1}},
		{"gaussian", []float64{1, -1000}, []float64{1}, -1000, []float64{0, 1}},
		{"gaussian", []float64{1, -1000}, []float64{3}, math.Inf(1), []float64{math.Inf(-1), math.Inf(-1)}},
		{"gaussian", []float64{3, -1000}, []float64{1}, math.Inf(1), []float64{math.Inf(1), math.Inf(-1)}},
	} {
		t.Run(fmt.Sprint(c.name, c.z, c.y), func(t *testing.T) {
			cost, grad := costAndGrad(t, newBuilder(t, 1, 1), all[c.name], c.z, c.y, 1, len(c.z), 1)
			if math.IsInf(c.cost, 0) {
				assert.Equal(t, c.cost, cost)
				assert.Equal(t, c.gradByUnit, grad)
				return
			}
			assert.InDelta(t, c.cost, cost, 1e-12) // rounding of 1000: 1e-13
			assert.InDeltaSlice(t, c.gradByUnit, grad, 1e-12)
		})
	}
}

// A common offset of the logits changes nothing, up to the rounding of the
// offset logits themselves.
func TestSoftmaxIgnoresOffsets(t *testing.T) {
	z, y := []float64{0.5, -1, 2, 0.25}, []float64{1}
	want, wantGrad := naive("softmax", z, y)
	for _, offset := range []float64{-1024, 1024} { // powers of two: z + offset is exact
		shifted := make([]float64, len(z))
		for i, v := range z {
			shifted[i] = v + offset
		}
		cost, grad := costAndGrad(t, newBuilder(t, 1, 1), losses.SoftmaxCrossEntropy{}, shifted, y, 1, 4, 1)
		assert.InDelta(t, want, cost, 1024*2.3e-16*2)
		assert.InDeltaSlice(t, wantGrad, grad, 1024*2.3e-16*2)
	}
}

// A tiny cost keeps its digits: log(1+e⁻⁴⁰), not 0.
func TestSigmoidKeepsSmallCosts(t *testing.T) {
	cost, _ := costAndGrad(t, newBuilder(t, 1, 1), losses.SigmoidCrossEntropy{}, []float64{-40}, []float64{0}, 1, 1, 1)
	assert.InEpsilon(t, math.Exp(-40), cost, 1e-15)
}

// float32 agrees with float64 within the rounding of logits of size 10 and of
// the result.
func TestFloat32AgreesWithFloat64(t *testing.T) {
	const tolerance = 4 * 10 * 1.2e-7
	for name, l := range all {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(4, 4))
			c, spread := outputsOf(name, 5), 3.0
			if name == "gaussian" {
				spread = 0.5 // the cost's third derivatives grow by e^(2·spread)
			}
			z := make([]float64, 6*c)
			for i := range z {
				z[i] = spread * r.NormFloat64()
			}
			y := randomTargets(r, name, 6, 5)
			single := typedBuilder(t, graph.Float32, 6, 1)
			cost32, grad32 := costAndGrad(t, single, l, z, y, 6, c, 1)
			cost64, grad64 := costAndGrad(t, newBuilder(t, 6, 1), l, z, y, 6, c, 1)
			assert.InEpsilon(t, cost64, cost32, tolerance)
			assert.InDeltaSlice(t, grad64, grad32, tolerance)
			require.NotEqual(t, grad64, grad32, "both in one precision?")
		})
	}
}
