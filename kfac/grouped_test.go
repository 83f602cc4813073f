package kfac

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// joined is the maps of n, which are of one shape, as the groups of one tap: their inputs
// and outputs side by side, their weights and biases one after the other.
func joined(t *testing.T, n *network[float64]) *network[float64] {
	t.Helper()
	k, first := len(n.layers), n.grad.Taps[0]
	tap := &graph.Tap{Name: "map1", Groups: k, Examples: first.Examples}
	beside := func(of func(*graph.Tap) *tensor.Dense) *tensor.Dense {
		rows, cols := of(first).Shape()[0], of(first).Shape()[1]
		all := graph.NewDense(graph.Float64, rows, k*cols)
		for g, one := range n.grad.Taps {
			for r := range rows {
				copy(all.Float64s()[(r*k+g)*cols:], of(one).Float64s()[r*cols:(r+1)*cols])
			}
		}
		return all
	}
	tap.A, tap.G = beside(func(t *graph.Tap) *tensor.Dense { return t.A }), beside(func(t *graph.Tap) *tensor.Dense { return t.G })
	tap.TrueG = beside(func(t *graph.Tap) *tensor.Dense { return t.TrueG })
	l := n.layers[0]
	tap.Weight = graph.NewParam("W", graph.Float64, k*l.in, l.out)
	params := []*graph.Param{tap.Weight}
	if l.bias >= 0 {
		tap.Bias = graph.NewParam("b", graph.Float64, k*l.out)
		params = append(params, tap.Bias)
	}
	layers, err := placedLayers([]*graph.Tap{tap}, params, nil)
	require.NoError(t, err)
	require.Len(t, layers, k)
	j := &network[float64]{params: params, layers: layers, u: graph.NewDirection(params),
		grad: &Gradient{Direction: graph.Gradients(params), Taps: []*graph.Tap{tap}, scale: 1, pure: true}}
	for i, l := range layers {
		w, b := of[float64](n.layers[i], n.grad.Direction)
		own, ownBias := of[float64](l, j.grad.Direction)
		copy(own, w)
		copy(ownBias, b)
	}
	return j
}

// TestGroupsAreSeparateLayers: a tap in groups has the factors, the inverses and the step of as
// many taps that stand apart, in each structure, in two passes, on a part of the examples too.
func TestGroupsAreSeparateLayers(t *testing.T) {
	for _, m := range []affine{{in: 4, out: 3, bias: true}, {in: 9, out: 1, bias: true, locations: 5}, {in: 2, out: 4, locations: 3}, {in: 150, out: 140, bias: true}} {
		for _, s := range Structures() {
			for _, fraction := range []float64{1, 0.4} {
				what := fmt.Sprint(m, s, fraction)
				maps := []affine{m, m, m}
				if m.in > 100 {
					if s == Full {
						continue
					}
					maps = maps[:2]
				}
				n := newNetwork[float64](t, 3, 7, maps...)
				j := joined(t, n)
				var got, want []Inverse
				for i, of := range []*network[float64]{j, n} {
					blocks, err := structured[float64](s, of.layers, of.grad.Taps)
					require.NoError(t, err)
					for _, b := range blocks {
						require.True(t, b.Accumulate(of.pass(true, fraction)))
						require.True(t, b.Accumulate(of.pass(false, fraction)))
						if r, ok := b.(rebaser); ok {
							b.Fold(0)
							carryOut(t, r.rebase())
							require.True(t, r.project(of.pass(true, fraction)))
							r.foldScales(0)
						}
						b.Fold(0)
						v := inverseOf(t, b, 0.3)
						if i == 0 {
							got = append(got, v)
						} else {
							want = append(want, v)
						}
					}
				}
				for i, v := range got {
					want[i].Apply(n.u, n.grad)
					v.Apply(j.u, j.grad)
					assert.InEpsilon(t, want[i].Condition(), v.Condition(), 1e-9, what)
				}
				closeTo(t, n.flat(n.u), j.flat(j.u), 1e-11, what)
			}
		}
	}
}

// TestGroupsOfAState: each group has fields of its own.
func TestGroupsOfAState(t *testing.T) {
	for _, s := range Structures() {
		j := joined(t, newNetwork[float64](t, 3, 7, affine{in: 4, out: 3, bias: true}, affine{in: 4, out: 3, bias: true}))
		blocks, err := structured[float64](s, j.layers, j.grad.Taps)
		require.NoError(t, err)
		if s != Full {
			require.Len(t, blocks, 2, "%s: no chain of groups", s)
		}
		seen := map[string]bool{}
		for _, b := range blocks {
			for _, f := range append(b.State(), b.NewInverse().State()...) {
				assert.False(t, seen[f.Name], "%s: %s", s, f.Name)
				seen[f.Name] = true
			}
		}
	}
}

// TestGroupsThatDoNotFit are refused by name.
func TestGroupsThatDoNotFit(t *testing.T) {
	for _, groups := range []int{2, 3} {
		tap := &graph.Tap{Name: "map1", Groups: groups, Examples: 2, Weight: graph.NewParam("W", graph.Float64, 4, 3),
			A: graph.NewDense(graph.Float64, 2, 4), G: graph.NewDense(graph.Float64, 2, 9)}
		_, err := placedLayers([]*graph.Tap{tap}, []*graph.Param{tap.Weight}, nil)
		assert.ErrorContains(t, err, fmt.Sprintf("kfac: tap map1 maps (2, 4) to (2, 9) in %d groups with a weight of shape (4, 3): want", groups))
	}
}

// TestInputsAside: a step is the same to the bit whether or not the inputs that stand aside are
// there, though it is cheaper by example.
func TestInputsAside(t *testing.T) {
	n := newNetwork[float64](t, 3, 2, affine{in: 40, out: 30, bias: true})
	explainGradient(n, 1)
	b, tap := newKronecker[float64](n.layers[0]), n.grad.Taps[0]
	n.measure(t, b)
	v := inverseOf(t, b, 0.3)
	byExample := n.solved(v)
	require.NotNil(t, b.examples.inputs)
	tap.Aside = true
	there := n.solved(v)
	tap.A = nil
	assert.Equal(t, there, n.solved(v))
	closeTo(t, byExample, there, 1e-11)
}
