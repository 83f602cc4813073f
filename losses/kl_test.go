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
	case "gaussian":
		for c := range len(z) / 2 {
			m0, s0 := z0[c], z0[len(z)/2+c]
			one0, one := []float64{m0, s0}, []float64{z[c], z[len(z)/2+c]}
			width := 12 * math.Exp(s0)
			sum += quad.Fixed(func(x float64) float64 {
				l0, _ := naive(name, one0, []float64{x})
				l, _ := naive(name, one, []float64{x})
				return math.Exp(-l0) / math.Sqrt(2*math.Pi) * (l - l0)
			}, m0-width, m0+width, 400, nil, 0)
		}
	}
	return sum
}

// TestKL: against enumeration and quadrature; zero for equal outputs; its gradient is a
// central difference, and its second derivative at z₀ is H_L.
func TestKL(t *testing.T) {
	const n, h = 3, 1e-5
	for name, l := range all {
		c, spread := outputsOf(name, 3), 1.5
		if name == "gaussian" {
			spread = 0.5 // for derivatives of the size of the others'
		}
		r := rand.New(rand.NewPCG(3, 3))
		b := newBuilder(t, n, 1)
		z0, z0Mem := input(t, b, make([]float64, n*c), n, c)
		z, zMem := input(t, b, make([]float64, n*c), n, c)
		dz, dzMem := input(t, b, make([]float64, n*c), n, c)
		for i := range n * c {
			z0Mem.Float64s()[i], zMem.Float64s()[i], dzMem.Float64s()[i] = spread*r.NormFloat64(), spread*r.NormFloat64(), r.NormFloat64()
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
		// The gradient moves along dz as its tangent says.
		turn := must(t)(b.Forward(grads[0], []*graph.Node{z}, []*graph.Node{dz}))
		compute(t, b, must(t)(b.Snapshot(turn)))
		along := func(s float64) []float64 {
			graph.Direction{zMem}.AddScaled(s, graph.Direction{dzMem})
			run()
			return values(grads[0])
		}
		up, down := along(h), along(-2*h)
		along(h)
		for i, v := range values(turn) {
			assert.InDelta(t, (up[i]-down[i])/(2*h), v, 1e-9, name)
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

// Near z₀, where the difference of the terms has no digits, and where a deviation overflows.
func TestDiagonalGaussianKLAtTheEdges(t *testing.T) {
	for _, c := range []struct{ m0, s0, m, s, want float64 }{
		{0, 0, 0, 1e-9, 1e-18},                               // s²: q − 1 − log q is ½(2s)² to first order
		{1, 0, 1 + 1e-9, 0, 0.5e-18},                         // ½(1e-9)²
		{0, 400, 0, 400, 0},                                  //
		{3, -1000, 3, -1000, 0},                              //
		{0, 0, 0, 1000, 999.5},                               // −½ + 1000
		{0, 0, 0, -1000, math.Inf(1)},                        //
		{0, 0.1, 0, 0, (math.Expm1(0.2) - 0.2) / 2},          // series
		{0, 0.1251, 0, 0, (math.Expm1(0.2502) - 0.2502) / 2}, // no series
	} {
		b := newBuilder(t, 1, 1)
		z0, _ := input(t, b, []float64{c.m0, c.s0}, 1, 2)
		z, _ := input(t, b, []float64{c.m, c.s}, 1, 2)
		kl := must(t)(losses.DiagonalGaussian{}.KL(b, z0, z))
		compute(t, b, kl)
		if c.want == 0 || math.IsInf(c.want, 1) {
			assert.Equal(t, c.want, values(kl)[0])
		} else {
			assert.InEpsilon(t, c.want, values(kl)[0], 2e-7, "%+v: 1 + 1e-9 is rounded by 1e-7 of 1e-9", c)
		}
	}
}
