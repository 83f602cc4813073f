package losses_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// klOf is KL(p₀ ‖ p) of one example by its definition: a sum over classes or bits, an
// integral over each Gaussian unit.
func klOf(name string, z0, z []float64) (sum float64) {
	switch name {
	case "softmax":
		for c := range z {
			l0, _ := naive(name, z0, []float64{float64(c)})
			l, _ := naive(name, z, []float64{float64(c)})
			sum += math.Exp(-l0) * (l - l0)
		}
	case "sigmoid":
		for bits := range 1 << len(z) {
			y := make([]float64, len(z))
			for c := range y {
				y[c] = float64(bits >> c & 1)
			}
			l0, _ := naive(name, z0, y)
			l, _ := naive(name, z, y)
			sum += math.Exp(-l0) * (l - l0)
		}
	case "squared":
		for c := range z {
			density := func(x, mean float64) float64 { return math.Exp(-(x-mean)*(x-mean)/2) / math.Sqrt(2*math.Pi) }
			sum += quad.Fixed(func(x float64) float64 {
				return density(x, z0[c]) * ((x-z[c])*(x-z[c]) - (x-z0[c])*(x-z0[c])) / 2
			}, z0[c]-12, z0[c]+12, 400, nil, 0)
		}
	}
	return sum
}

// TestKL: against enumeration and quadrature; zero for equal outputs; its gradient is a
// central difference, and its second derivative at z₀ is H_L.
func TestKL(t *testing.T) {
	const n, c, h = 3, 3, 1e-5
	for name, l := range all {
		r := rand.New(rand.NewPCG(3, 3))
		b := newBuilder(t, n, 1)
		z0, z0Mem := input(t, b, make([]float64, n*c), n, c)
		z, zMem := input(t, b, make([]float64, n*c), n, c)
		dz, dzMem := input(t, b, make([]float64, n*c), n, c)
		for i := range n * c {
			z0Mem.Float64s()[i], zMem.Float64s()[i], dzMem.Float64s()[i] = 1.5*r.NormFloat64(), 1.5*r.NormFloat64(), r.NormFloat64()
		}
		kl := must(t)(l.KL(b, z0, z))
		seed, _ := input(t, b, []float64{1}, 1)
		grads, err := b.Backward(kl, seed, z)
		require.NoError(t, err)
		product := must(t)(losses.HessianProduct(b, l, z0, dz))
		run := func() float64 { compute(t, b, kl, grads[0]); return values(kl)[0] }
		var want float64
		for e := range n {
			want += klOf(name, z0Mem.Float64s()[e*c:(e+1)*c], zMem.Float64s()[e*c:(e+1)*c]) / n
		}
		assert.InDelta(t, want, run(), 1e-12, name)
		grad := values(grads[0])
		for i := range zMem.Float64s() {
			kept := zMem.Float64s()[i]
			zMem.Float64s()[i] = kept + h
			up := run()
			zMem.Float64s()[i] = kept - h
			down := run()
			zMem.Float64s()[i] = kept
			assert.InDelta(t, (up-down)/(2*h), grad[i], 1e-9, name)
		}

		graph.Direction{zMem}.Copy(graph.Direction{z0Mem})
		assert.InDelta(t, 0, run(), 1e-15, name)
		compute(t, b, must(t)(b.Snapshot(product)))
		var quadratic float64
		for i, v := range values(product) {
			quadratic += v * dzMem.Float64s()[i] / n
		}
		const small = 1e-4
		graph.Direction{zMem}.AddScaled(small, graph.Direction{dzMem})
		assert.InEpsilon(t, quadratic/2, run()/(small*small), 1e-3, "%s: KL is ½δᵀH_Lδ to second order", name)
	}
}
