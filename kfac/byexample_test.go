package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// explainGradient makes the gradient of n's only layer scale·āᵀg, by loops.
func explainGradient(n *network[float64], scale float64) {
	tap, l := n.grad.Taps[0], n.layers[0]
	a, g := tap.A.Float64s(), tap.TrueG.Float64s()
	w, b := of[float64](l, n.grad.Direction)
	clear(w)
	clear(b)
	for e := range tap.A.Shape()[0] {
		for k := range l.out {
			v := scale * g[e*l.out+k]
			for i := range l.in {
				w[i*l.out+k] += a[e*l.in+i] * v
			}
			if b != nil {
				b[k] += v
			}
		}
	}
	n.grad.scale, n.grad.pure = scale, true
}

// TestApplyByExample: both ways are the dense solution.
func TestApplyByExample(t *testing.T) {
	const gamma = 0.3
	for _, bias := range []bool{false, true} {
		for _, locations := range []int{1, 2} {
			for _, examples := range []int{1, 2, 30} {
				for _, scale := range []float64{1, 0.25} {
					n := newNetwork[float64](t, 5, examples, affine{in: 9, out: 8, bias: bias, locations: locations})
					b := newKronecker[float64](n.layers[0])
					n.measure(t, b)
					explainGradient(n, scale)
					require.Equal(t, examples < 30, b.NewInverse().(*kroneckerInverse[float64]).cheaperByExample(examples*locations))
					got := n.solved(inverseOf(t, b, gamma))
					assert.Equal(t, examples < 30, b.examples.inputs != nil, "which way it went")
					a, g := dampedPair(n, 0, gamma)
					closeTo(t, denseSolve(t, kron(a, g), n.flat(n.grad.Direction)), got, 1e-10)
				}
			}
		}
	}
}

// TestBiasOfItsOwn: a tap whose bias belongs to another block preconditions its
// weight alone, either way.
func TestBiasOfItsOwn(t *testing.T) {
	n := newNetwork[float64](t, 6, 2, affine{in: 9, out: 8, bias: true})
	var err error
	n.layers, err = placedLayers(n.grad.Taps, n.params, n.params[1:])
	require.NoError(t, err)
	b := newKronecker[float64](n.layers[0])
	require.Equal(t, 9, b.rows)
	n.measure(t, b)
	explainGradient(n, 1)
	n.u[1].Float64s()[0] = 42
	got := n.solved(inverseOf(t, b, 0.3))
	assert.NotNil(t, b.examples.inputs)
	a, g := dampedPair(n, 0, 0.3)
	closeTo(t, denseSolve(t, kron(a, g), n.flat(n.grad.Direction)), got, 1e-10)
	assert.Equal(t, 42.0, n.u[1].Float64s()[0])
}

// TestForeignGradients: a gradient that the tap's examples do not explain is
// preconditioned as it is.
func TestForeignGradients(t *testing.T) {
	setup := func() (*network[float64], *kronecker[float64], Inverse) {
		n := newNetwork[float64](t, 7, 2, affine{in: 6, out: 5, bias: true})
		b := newKronecker[float64](n.layers[0])
		n.measure(t, b)
		explainGradient(n, 1)
		return n, b, inverseOf(t, b, 0.1)
	}
	for name, spoil := range map[string]func(*network[float64]){
		"another scale": func(n *network[float64]) {
			explainGradient(n, 0.9)
			n.grad.scale = 1
		},
		"a share of the weights": func(n *network[float64]) { n.params[0].Grad.Float64s()[3] += 0.1 },
		"of the bias":            func(n *network[float64]) { n.params[1].Grad.Float64s()[1] -= 0.1 },
		"nothing":                func(n *network[float64]) { n.grad.Scale(0) },
		"an L2 term":             func(n *network[float64]) { n.grad.pure = false },
	} {
		n, b, v := setup()
		require.True(t, b.examples.explain(b.layer, n.grad.Taps[0], n.grad))
		spoil(n)
		if n.grad.pure {
			assert.False(t, b.examples.explain(b.layer, n.grad.Taps[0], n.grad), name)
		}
		got := n.solved(v)
		assert.Nil(t, b.examples.inputs, name)
		a, g := dampedPair(n, 0, 0.1)
		closeTo(t, denseSolve(t, kron(a, g), n.flat(n.grad.Direction)), got, 1e-10, name)
	}
	n, b, v := setup()
	n.grad.Taps[0].TrueG.Float64s()[0] = math.NaN()
	assert.False(t, b.examples.explain(b.layer, n.grad.Taps[0], n.grad))
	v.Apply(n.u, n.grad)
	assert.Nil(t, b.examples.inputs)
}

func TestSigns(t *testing.T) {
	s, sum := signs[float32](1000), float32(0)
	for _, x := range s {
		require.Contains(t, []float32{1, -1}, x)
		sum += x
	}
	assert.Less(t, math.Abs(float64(sum)), 100.0)
	assert.Equal(t, s[:10], signs[float32](10), "a fixed order")
}
