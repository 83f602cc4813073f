package kfac

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// affine is the shape of one map.
type affine struct {
	in, out   int
	bias      bool
	locations int // 0 means 1
}

// network is maps over random examples, with a random gradient: everything
// that a block sees of a model.
type network[T graph.Float] struct {
	params []*graph.Param
	layers []*layer
	grad   *Gradient
	u      graph.Direction
}

// newNetwork's gradients of the mean loss are about 1/examples.
func newNetwork[T graph.Float](t testing.TB, seed uint64, examples int, maps ...affine) *network[T] {
	t.Helper()
	n := &network[T]{grad: &Gradient{scale: 1}}
	r := random(seed)
	dtype := graph.Float64
	if _, single := any(*new(T)).(float32); single {
		dtype = graph.Float32
	}
	for i, m := range maps {
		rows := examples * max(m.locations, 1)
		tap := &graph.Tap{Name: fmt.Sprintf("map%d", i+1), Examples: examples, Weight: graph.NewParam("W", dtype, m.in, m.out),
			A: graph.NewDense(dtype, rows, m.in), G: graph.NewDense(dtype, rows, m.out), TrueG: graph.NewDense(dtype, rows, m.out)}
		n.params = append(n.params, tap.Weight)
		if m.bias {
			tap.Bias = graph.NewParam("b", dtype, m.out)
			n.params = append(n.params, tap.Bias)
		}
		n.grad.Taps = append(n.grad.Taps, tap)
	}
	for _, tap := range n.grad.Taps {
		randomize(r, graph.Data[T](tap.A), 1)
		redraw[T](r, tap)
		randomize(r, graph.Data[T](tap.TrueG), 1/float64(examples))
	}
	n.grad.Direction, n.u = graph.Gradients(n.params), graph.NewDirection(n.params)
	for _, g := range n.grad.Direction {
		randomize(r, graph.Data[T](g), 1)
	}
	var err error
	n.layers, err = placedLayers(n.grad.Taps, n.params, nil)
	require.NoError(t, err)
	return n
}

// redraw makes G another pass's.
func redraw[T graph.Float](r *rand.Rand, tap *graph.Tap) {
	randomize(r, graph.Data[T](tap.G), 1/float64(tap.Examples))
}

// pass is a backward pass over all taps.
func (n *network[T]) pass(first bool, fraction float64) *Pass {
	return &Pass{CurvaturePass: &graph.CurvaturePass{Examples: n.grad.Taps[0].Examples, Taps: n.grad.Taps},
		FirstTaps: first, FirstLoose: first, fraction: fraction}
}

// measure takes one pass into b's average, as the first of all.
func (n *network[T]) measure(t testing.TB, b Block) {
	t.Helper()
	require.True(t, b.Accumulate(n.pass(true, 1)))
	b.Fold(0)
}

// carryOut runs the inversions, none of which may need more damping.
func carryOut(t testing.TB, jobs []*Decomposition) {
	t.Helper()
	w := newWorkspace()
	for _, j := range jobs {
		j.run(w)
		require.True(t, j.ok)
		require.Zero(t, j.retries)
	}
}

// invertOf is b's inverse with γ.
func inverseOf(t testing.TB, b Block, gamma float64) Inverse {
	t.Helper()
	v := b.NewInverse()
	carryOut(t, v.Prepare(gamma))
	return v
}

// solved is v applied to the gradient, layer by layer.
func (n *network[T]) solved(v Inverse) []float64 {
	v.Apply(n.u, n.grad)
	return n.flat(n.u)
}

// flat is d in the layers' order, each in the shape of W̄.
func (n *network[T]) flat(d graph.Direction) []float64 {
	var all []float64
	for _, l := range n.layers {
		w, b := of[T](l, d)
		for _, x := range append(append([]T{}, w...), b...) {
			all = append(all, float64(x))
		}
	}
	return all
}

// perExample is each of the leading examples' own gradient Σ_t āᵀg, of all
// layers: examples×parameters.
func (n *network[T]) perExample(examples int) *mat.Dense {
	all := mat.NewDense(examples, len(n.flat(n.u)), nil)
	for e := range examples {
		at := 0
		for i, l := range n.layers {
			tap := n.grad.Taps[i]
			a, g := graph.Data[T](tap.A), graph.Data[T](tap.G)
			locations := tap.A.Shape()[0] / tap.Examples
			for t := e * locations; t < (e+1)*locations; t++ {
				for r := range l.rows {
					x := 1.0
					if r < l.in {
						x = float64(a[t*l.in+r])
					}
					for c := range l.out {
						j := at + r*l.out + c
						all.Set(e, j, all.At(e, j)+x*float64(tap.Examples)*float64(g[t*l.out+c]))
					}
				}
			}
			at += l.rows * l.out
		}
	}
	return all
}

// structured are n's blocks, all layers in one run.
func blocksFor[T graph.Float](n *network[T], s Structure) []Block {
	var blocks []Block
	switch s {
	case BlockTridiagonal:
		return []Block{newChain[T](n.layers)}
	case Full:
		b, err := newFull[T](n.layers)
		if err != nil {
			panic(err)
		}
		return []Block{b}
	}
	for _, l := range n.layers {
		switch s {
		case EKFAC:
			blocks = append(blocks, newEKFAC[T](l))
		case Diagonal:
			blocks = append(blocks, newDiagonal[T](l))
		case LowRank:
			blocks = append(blocks, newLowRankKronecker[T](l))
		default:
			blocks = append(blocks, newKronecker[T](l))
		}
	}
	return blocks
}
