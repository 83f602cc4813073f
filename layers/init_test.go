package layers_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

func draw(init layers.Initializer, seed uint64, in, out int) []float64 {
	w := make([]float64, in*out)
	init(rand.New(rand.NewPCG(seed, 1)), in, out, w)
	return w
}

// moment is the mean of xᵏ.
func moment(x []float64, k float64) float64 {
	var s float64
	for _, v := range x {
		s += math.Pow(v, k)
	}
	return s / float64(len(x))
}

// Mean 0, the variance of the formula and the kurtosis of the distribution,
// within five standard errors of n draws.
func TestInitializerMoments(t *testing.T) {
	const in, out, draws = 40, 60, 200 // small: 1/in must differ from 1/(in+1)
	const n = float64(in * out * draws)
	for _, c := range []struct {
		name     string
		init     layers.Initializer
		variance float64
		uniform  bool
	}{
		{"GlorotUniform", layers.GlorotUniform, 2.0 / (in + out), true},
		{"GlorotNormal", layers.GlorotNormal, 2.0 / (in + out), false},
		{"HeUniform", layers.HeUniform, 2.0 / in, true},
		{"HeNormal", layers.HeNormal, 2.0 / in, false},
		{"LeCunUniform", layers.LeCunUniform, 1.0 / in, true},
		{"LeCunNormal", layers.LeCunNormal, 1.0 / in, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var w []float64
			for seed := range uint64(draws) {
				w = append(w, draw(c.init, seed, in, out)...)
			}
			// E x⁴/σ⁴ and E x⁸/σ⁸: 3 and 105 for a normal distribution, 9/5
			// and 9 for a uniform one.
			m4, m8 := 3.0, 105.0
			if c.uniform {
				m4, m8 = 1.8, 9
				assert.LessOrEqual(t, max(slices.Max(w), -slices.Min(w)), math.Sqrt(3*c.variance))
			}
			assert.InDelta(t, 0, moment(w, 1), 5*math.Sqrt(c.variance/n))
			assert.InDelta(t, 1, moment(w, 2)/c.variance, 5*math.Sqrt((m4-1)/n))
			assert.InDelta(t, m4, moment(w, 4)/(c.variance*c.variance), 5*math.Sqrt((m8-m4*m4)/n))
		})
	}
}

func TestConstant(t *testing.T) {
	assert.Equal(t, []float64{-0.3, -0.3, -0.3, -0.3, -0.3, -0.3}, draw(layers.Constant(-0.3), 1, 2, 3))
}

// Exactly k non-zeros for every unit, at inputs that are all used about
// equally often, from N(0, 1).
func TestSparse(t *testing.T) {
	const in, out, k = 40, 3000, 15
	w := draw(layers.Sparse(k), 1, in, out)
	uses := make([]int, in)
	var drawn []float64
	for j := range out {
		count := 0
		for i := range in {
			if v := w[i*out+j]; v != 0 {
				count++
				uses[i]++
				drawn = append(drawn, v)
			}
		}
		require.Equal(t, k, count, "unit %d", j)
	}
	for i, u := range uses { // binomial, out draws with probability k/in
		const p = float64(k) / in
		assert.InDelta(t, out*p, u, 5*math.Sqrt(out*p*(1-p)), "input %d", i)
	}
	n := float64(len(drawn))
	assert.InDelta(t, 0, moment(drawn, 1), 5/math.Sqrt(n))
	assert.InDelta(t, 1, moment(drawn, 2), 5*math.Sqrt(2/n))

	for _, v := range draw(layers.Sparse(15), 1, 4, 6) {
		assert.NotZero(t, v, "fewer inputs than k: dense")
	}
	assert.Equal(t, make([]float64, 6), draw(layers.Sparse(0), 1, 2, 3))
}

// QᵀQ = gain²·I over the shorter side, for tall, wide and square matrices.
func TestOrthogonal(t *testing.T) {
	const gain = 1.5
	for _, size := range [][2]int{{20, 7}, {7, 20}, {9, 9}, {1, 5}, {5, 1}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			in, out := size[0], size[1]
			w := draw(layers.Orthogonal(gain), 3, in, out)
			at := func(long, short int) float64 {
				if in < out {
					return w[short*out+long]
				}
				return w[long*out+short]
			}
			for i := range min(in, out) {
				for j := range min(in, out) {
					var dot float64
					for l := range max(in, out) {
						dot += at(l, i) * at(l, j)
					}
					want := 0.0
					if i == j {
						want = gain * gain
					}
					// 20 products and Householder QR's few roundings per column.
					assert.InDelta(t, want, dot, 100*gain*gain*2.3e-16)
				}
			}
		})
	}
	// Haar: without the sign of R's diagonal, Householder QR gives the first
	// element of Q one sign always.
	positive := 0
	for seed := range uint64(400) {
		if draw(layers.Orthogonal(1), seed, 3, 3)[0] > 0 {
			positive++
		}
	}
	assert.InDelta(t, 200, positive, 5*10) // binomial, deviation √(400/4)
}

func TestInitializersAreSeeded(t *testing.T) {
	for name, init := range map[string]layers.Initializer{
		"glorot": layers.GlorotUniform, "he": layers.HeNormal, "lecun": layers.LeCunNormal,
		"sparse": layers.Sparse(2), "orthogonal": layers.Orthogonal(1),
	} {
		assert.Equal(t, draw(init, 1, 5, 4), draw(init, 1, 5, 4), name)
		assert.NotEqual(t, draw(init, 1, 5, 4), draw(init, 2, 5, 4), name)
	}
}

// A layer hands its own sizes to the initialiser, rounds to its float type,
// and keeps its parameters in further graphs.
func TestDenseParameters(t *testing.T) {
	var sizes [2]int
	d := &layers.Dense{Units: 3, BiasInit: 0.1, Init: func(_ *rand.Rand, in, out int, w []float64) {
		sizes = [2]int{in, out}
		for i := range w {
			w[i] = float64(i) + 0.1
		}
	}}
	assert.Empty(t, d.Params())
	b := newBuilder(t, graph.Float32, 2, true, 1)
	_, err := d.Build(b, b.Ones(2, 4))
	require.NoError(t, err)
	assert.Equal(t, [2]int{4, 3}, sizes)
	ps := d.Params()
	require.Len(t, ps, 2)
	assert.Equal(t, "dense1.weight", ps[0].Name)
	assert.Equal(t, []int{4, 3}, []int(ps[0].Value.Shape()))
	assert.Equal(t, float32(11.1), ps[0].Value.Float32s()[11])
	assert.Equal(t, "dense1.bias", ps[1].Name)
	assert.Equal(t, []float32{0.1, 0.1, 0.1}, ps[1].Value.Float32s())
	b2 := newBuilder(t, graph.Float32, 7, false, 2)
	_, err = d.Build(b2, b2.Ones(7, 4))
	require.NoError(t, err)
	assert.Same(t, ps[0], d.Params()[0])
	assert.Same(t, ps[1], d.Params()[1])

	glorot := &layers.Dense{Units: 100}
	b = newBuilder(t, graph.Float64, 1, true, 1)
	_, err = glorot.Build(b, b.Ones(1, 100))
	require.NoError(t, err)
	assert.Equal(t, draw(layers.GlorotUniform, 1, 100, 100), glorot.Params()[0].Value.Float64s(), "the default")
}
