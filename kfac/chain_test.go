package kfac

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// chains are runs of affine maps; what lies between two of them does not
// matter to the algebra, but the width does.
var chains = [][]affine{
	{{in: 3, out: 2}, {in: 2, out: 4}},
	{{in: 3, out: 2, bias: true}, {in: 2, out: 4, bias: true}},
	{{in: 4, out: 3, bias: true}, {in: 3, out: 2, bias: true}, {in: 2, out: 3, bias: true}},
	{{in: 2, out: 3}, {in: 3, out: 3, bias: true}, {in: 3, out: 1}},
	{{in: 5, out: 2}, {in: 2, out: 2, bias: true}, {in: 2, out: 1, bias: true}, {in: 1, out: 3}},
	{{in: 1, out: 2, bias: true}, {in: 2, out: 1}, {in: 1, out: 4, bias: true}, {in: 4, out: 2, bias: true}},
}

func everyChain(t *testing.T, f func(t *testing.T, maps []affine)) {
	for _, maps := range chains {
		t.Run(fmt.Sprint(maps), func(t *testing.T) { f(t, maps) })
	}
}

// TestChainIsADenseInverse: the matrix that a chain implies has the damped
// Kronecker products on its diagonal and the couplings beside it, and apply
// multiplies with its inverse.
func TestChainIsADenseInverse(t *testing.T) {
	const gamma = 0.3
	everyChain(t, func(t *testing.T, maps []affine) {
		n := newNetwork[float64](t, 1, 20, maps...)
		b := newChain[float64](n.layers)
		n.measure(t, b)
		v := inverseOf(t, b, gamma)

		f, inverse := gaussian(t, n, gamma)
		var product mat.Dense
		product.Mul(inverse, f)
		size, _ := f.Dims()
		require.True(t, mat.EqualApprox(plus(mat.NewDense(size, size, nil), 1), &product, 1e-10))
		at := 0
		for i, l := range n.layers {
			m := l.rows * l.out
			a, g := dampedPair(n, i, gamma)
			assert.True(t, mat.EqualApprox(kron(a, g), f.Slice(at, at+m, at, at+m), 1e-12))
			if i+1 < len(n.layers) {
				next := n.layers[i+1]
				ca, cg := crossOf(n, i)
				assert.True(t, mat.EqualApprox(kron(ca, cg), f.Slice(at, at+m, at+m, at+m+next.rows*next.out), 1e-12))
			}
			at += m
		}

		g := n.flat(n.grad.Direction)
		var want mat.VecDense
		want.MulVec(inverse, mat.NewVecDense(size, g))
		got := n.solved(v)
		closeTo(t, want.RawVector().Data, got, 1e-10)
		closeTo(t, denseSolve(t, f, g), got, 1e-10)
		assert.Equal(t, got, n.solved(v), "nothing is left from the first time")
	})
}

// TestChainWithoutCouplings is block-diagonal: a Kronecker product with a zero
// on either side is zero.
func TestChainWithoutCouplings(t *testing.T) {
	everyChain(t, func(t *testing.T, maps []affine) {
		n := newNetwork[float64](t, 2, 20, maps...)
		for _, l := range n.layers {
			k := newKronecker[float64](l)
			n.measure(t, k)
			inverseOf(t, k, 0.3).Apply(n.u, n.grad)
		}
		want := n.flat(n.u)
		for name, cut := range map[string]func(*chain[float64], int){
			"A":    func(b *chain[float64], i int) { clear(b.a[i].mean) },
			"G":    func(b *chain[float64], i int) { clear(b.g[i].mean) },
			"both": func(b *chain[float64], i int) { clear(b.a[i].mean); clear(b.g[i].mean) },
		} {
			b := newChain[float64](n.layers)
			n.measure(t, b)
			for i := range b.a {
				cut(b, i)
			}
			closeTo(t, want, n.solved(inverseOf(t, b, 0.3)), 1e-12, name)
		}
	})
}

// TestChainOfOneExample: all layers vary together, and factors are of rank 1.
func TestChainOfOneExample(t *testing.T) {
	const gamma = 0.02
	everyChain(t, func(t *testing.T, maps []affine) {
		n, m := newNetwork[float64](t, 7, 1, maps...), newNetwork[float32](t, 7, 1, maps...)
		b, c := newChain[float64](n.layers), newChain[float32](m.layers)
		n.measure(t, b)
		m.measure(t, c)
		f, _ := gaussian(t, n, gamma)
		want := denseSolve(t, f, n.flat(n.grad.Direction))
		closeTo(t, want, n.solved(inverseOf(t, b, gamma)), 1e-9)
		closeTo(t, want, m.solved(inverseOf(t, c, gamma)), 0.01)
	})
}

func TestChainInFloat32(t *testing.T) {
	everyChain(t, func(t *testing.T, maps []affine) {
		n, m := newNetwork[float64](t, 3, 20, maps...), newNetwork[float32](t, 3, 20, maps...)
		b, c := newChain[float64](n.layers), newChain[float32](m.layers)
		n.measure(t, b)
		m.measure(t, c)
		closeTo(t, n.solved(inverseOf(t, b, 0.3)), m.solved(inverseOf(t, c, 0.3)), 1e-3)
	})
}

// TestChainMeasures: couplings are averages over the same examples as the
// factors beside them, sums over passes, and folded like them.
func TestChainMeasures(t *testing.T) {
	everyChain(t, func(t *testing.T, maps []affine) {
		const examples, leading = 10, 4
		n := newNetwork[float64](t, 4, examples, maps...)
		var inputs [][]float64
		for _, tap := range n.grad.Taps {
			inputs = append(inputs, slices.Clone(tap.A.Float64s()))
		}
		b := newChain[float64](n.layers)
		var wantA, wantG []*mat.Dense
		for pass := range 2 {
			require.True(t, b.Accumulate(n.pass(pass == 0, 0.4)))
			for i := range b.a {
				a, g := crossOf(firstOf(t, n, maps, leading), i)
				if pass == 0 {
					wantA, wantG = append(wantA, a), append(wantG, g)
				} else {
					wantG[i].Add(wantG[i], g)
				}
			}
			for _, tap := range n.grad.Taps {
				redraw[float64](random(5), tap)
			}
		}
		b.Fold(0)
		b.Fold(0.5) // of two mini-batches that are equal
		for i := range b.a {
			closeTo(t, wantA[i].RawMatrix().Data, b.a[i].mean, 1e-12)
			closeTo(t, wantG[i].RawMatrix().Data, b.g[i].mean, 1e-12)
		}
		for i, tap := range n.grad.Taps {
			assert.Equal(t, inputs[i], tap.A.Float64s(), "the graph's memory is not to be written")
		}
	})
}

// firstOf is a network of the leading examples of n alone.
func firstOf(t *testing.T, n *network[float64], maps []affine, examples int) *network[float64] {
	m := newNetwork[float64](t, 1, examples, maps...)
	for i, tap := range m.grad.Taps {
		from := n.grad.Taps[i]
		copy(tap.A.Float64s(), from.A.Float64s())
		copy(tap.G.Float64s(), from.G.Float64s())
		graph.Direction{tap.G}.Scale(float64(from.Examples) / float64(examples))
	}
	return m
}

// TestChainCondition bounds the condition number of the worst damped block.
func TestChainCondition(t *testing.T) {
	everyChain(t, func(t *testing.T, maps []affine) {
		n := newNetwork[float64](t, 6, 20, maps...)
		b := newChain[float64](n.layers)
		n.measure(t, b)
		got := inverseOf(t, b, 0.3).Condition()
		worst := 0.0
		for i := range n.layers {
			a, g := dampedPair(n, i, 0.3)
			worst = max(worst, cond1(t, a)*cond1(t, g))
		}
		assert.GreaterOrEqual(t, got, worst*(1-1e-12))
		assert.Less(t, got, worst*1e3, "a bound of some use")
		assert.False(t, math.IsInf(got, 0))
	})
}
