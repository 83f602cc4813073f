package kfac_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/kfac"
)

// TestByHandSampling: gradients from sampled targets have mean zero, and the Fisher matrix of
// the outputs for their second moment, divided by the square of the network's scale.
func TestByHandSampling(t *testing.T) {
	const n = 40000
	z := []float64{0.5, -1, 1.2} // of every example
	var p, s [3]float64
	sum := math.Exp(z[0]) + math.Exp(z[1]) + math.Exp(z[2])
	for i, v := range z {
		p[i], s[i] = math.Exp(v)/sum, 1/(1+math.Exp(-v))
	}
	fisher := map[string]func(i, j int) float64{
		"softmax": func(i, j int) float64 {
			if i == j {
				return p[i] * (1 - p[i])
			}
			return -p[i] * p[j]
		},
		"sigmoid": func(i, j int) float64 {
			if i == j {
				return s[i] * (1 - s[i])
			}
			return 0
		},
		"gaussian": func(i, j int) float64 {
			if i == j {
				return 1 / 0.25
			}
			return 0
		},
	}
	for name, want := range fisher {
		for _, scale := range []kfac.GradientScale{kfac.PerExample, kfac.OfMean} {
			m := &kfac.ByHandMap[float64]{Name: "m", In: 1, Out: 3, Weight: make([]float64, 3)}
			net, err := kfac.NewByHand(kfac.ByHandConfig{Scale: scale}, m)
			require.NoError(t, err)
			net.Begin(n)
			g, r := make([]float64, 3*n), rand.New(rand.NewPCG(7, 8))
			for i := range g {
				g[i] = z[i%3]
			}
			switch name { // over the outputs themselves
			case "softmax":
				net.SampleSoftmax(g, g, r)
			case "sigmoid":
				net.SampleSigmoid(g, g, r)
			default:
				net.SampleGaussian(g, 0.5, r)
			}
			unit := 1.0
			if scale == kfac.OfMean {
				unit = n
			}
			var mean [3]float64
			var second [3][3]float64
			for e := range n {
				for i := range 3 {
					mean[i] += unit * g[3*e+i] / n
					for j := range 3 {
						second[i][j] += unit * unit * g[3*e+i] * g[3*e+j] / n
					}
				}
			}
			for i := range 3 {
				deviation := math.Sqrt(want(i, i)) // of one draw; 5 of the mean's are never seen
				assert.InDelta(t, 0, mean[i], 5*deviation/math.Sqrt(n), "%s %s", name, scale)
				for j := range 3 {
					// The fourth moments are below 3 times the product of the second ones, or below 1.
					bound := 5 * math.Sqrt(max(3*want(i, i)*want(j, j), 1)/n)
					assert.InDelta(t, want(i, j), second[i][j], bound, "%s %s %d %d", name, scale, i, j)
				}
			}
		}
	}
}

// TestByHandCertainOutputs: outputs of any size give gradients that are finite, and a class
// without probability is never drawn.
func TestByHandCertainOutputs(t *testing.T) {
	m := &kfac.ByHandMap[float32]{Name: "m", In: 1, Out: 3, Weight: make([]float32, 3)}
	net, err := kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.PerExample}, m)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(7, 8))
	for range 100 {
		net.Begin(1)
		g := make([]float32, 3)
		net.SampleSoftmax(g, []float32{-3e38, 3e38, -3e38}, r)
		assert.Equal(t, []float32{0, 0, 0}, g)
		net.SampleSigmoid(g, []float32{-3e38, 3e38, 0}, r)
		assert.Equal(t, []float32{0, 0}, g[:2])
		assert.Equal(t, 0.5, math.Abs(float64(g[2])))
	}
}
