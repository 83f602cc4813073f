package kfac

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// newScales is a network of one tap of factors and summands for so many features.
func newScales(t *testing.T, kind string, features, examples, locations int, bias bool) *network[float64] {
	t.Helper()
	r, rows := random(4), examples*locations
	tap := &graph.Tap{Name: "scale", Kind: kind, Examples: examples, Weight: graph.NewParam("w", graph.Float64, features),
		A: graph.NewDense(graph.Float64, rows, features), G: graph.NewDense(graph.Float64, rows, features)}
	n := &network[float64]{params: []*graph.Param{tap.Weight}, grad: &Gradient{Taps: []*graph.Tap{tap}, scale: 1}}
	if bias {
		tap.Bias = graph.NewParam("b", graph.Float64, features)
		n.params = append(n.params, tap.Bias)
	}
	randomize(r, tap.A.Float64s(), 1)
	for i := range tap.A.Float64s() {
		tap.A.Float64s()[i]++
	}
	redraw[float64](r, tap)
	n.grad.Direction, n.u = graph.Gradients(n.params), graph.NewDirection(n.params)
	for _, g := range n.grad.Direction {
		randomize(r, g.Float64s(), 1)
	}
	var err error
	n.layers, err = placedLayers(n.grad.Taps, n.params, nil)
	require.NoError(t, err)
	return n
}

// scaleFisher is N·Σ vvᵀ of the leading examples' own v = [Σ_t a∘g; Σ_t g].
func scaleFisher(n *network[float64], examples int) *mat.SymDense {
	tap := n.grad.Taps[0]
	c, locations := tap.Weight.Size(), tap.G.Shape()[0]/tap.Examples
	f := mat.NewSymDense(len(n.flat(n.u)), nil)
	for e := range examples {
		v := make([]float64, 2*c)
		for i := e * locations * c; i < (e+1)*locations*c; i++ {
			g := tap.G.Float64s()[i] * float64(tap.Examples)
			v[i%c] += tap.A.Float64s()[i] * g
			v[c+i%c] += g
		}
		if tap.Kind == graph.Shift {
			v = v[c:]
		}
		f.SymRankOne(f, 1/float64(examples), mat.NewVecDense(f.SymmetricDim(), v[:f.SymmetricDim()]))
	}
	return f
}

// TestOwnBlocks: the block of factors and summands is the whole Fisher block up to the order
// mostOwn, and beyond it the 2×2 blocks of the features, or the diagonal.
func TestOwnBlocks(t *testing.T) {
	const gamma, examples = 0.3, 6
	for _, c := range []struct {
		kind     string
		features int
		bias     bool
		want     Block
	}{
		{graph.Scale, 256, true, &full[float64]{}}, {graph.Scale, 257, true, &pairs[float64]{}},
		{graph.Scale, 512, false, &full[float64]{}}, {graph.Scale, 513, false, &diagonal[float64]{}},
		{graph.Shift, 512, false, &full[float64]{}}, {graph.Shift, 513, false, &diagonal[float64]{}},
	} {
		for _, locations := range []int{1, 3} {
			for fraction, leading := range map[float64]int{1: examples, 0.5: 3} {
				n := newScales(t, c.kind, c.features, examples, locations, c.bias)
				b := newOwn[float64](n.layers[0])
				require.IsType(t, c.want, b)
				f := scaleFisher(n, leading)
				require.True(t, b.Accumulate(n.pass(true, fraction)))
				redraw[float64](random(5), n.grad.Taps[0])
				f.AddSym(f, scaleFisher(n, leading))
				require.True(t, b.Accumulate(n.pass(false, fraction)))
				b.Fold(0)
				size := f.SymmetricDim()
				for i := range size {
					for j := range i {
						_, whole := c.want.(*full[float64])
						if _, paired := c.want.(*pairs[float64]); !whole && !(paired && i-j == c.features) {
							f.SetSym(i, j, 0)
						}
					}
					f.SetSym(i, i, f.At(i, i)+gamma*gamma)
				}
				var want mat.VecDense
				require.NoError(t, want.SolveVec(f, mat.NewVecDense(size, n.flat(n.grad.Direction))))
				v := inverseOf(t, b, gamma)
				closeTo(t, want.RawVector().Data, n.solved(v), 1e-10, c)
				if c.features == 257 && locations == 1 {
					assert.InEpsilon(t, mat.Cond(f, 2), v.Condition(), 1e-9)
				}
				b.Fold(0.5)
				closeTo(t, want.RawVector().Data, n.solved(v), 1e-10, "an inverse stays what it was")
			}
		}
	}
}

// TestShiftNeedsNoInputs, of the tap of a caller's own.
func TestShiftNeedsNoInputs(t *testing.T) {
	n := newScales(t, graph.Shift, 4, 3, 2, false)
	n.grad.Taps[0].A = nil
	_, err := placedLayers(n.grad.Taps, n.params, nil)
	require.NoError(t, err)
	for _, s := range Structures() {
		blocks, err := structured[float64](s, n.layers, n.grad.Taps)
		require.NoError(t, err)
		require.True(t, blocks[0].Accumulate(n.pass(true, 1)), s)
	}
}

// TestNonFiniteScales: a block says so.
func TestNonFiniteScales(t *testing.T) {
	for _, features := range []int{4, 300} {
		for _, s := range Structures() {
			n := newScales(t, graph.Scale, features, 3, 2, true)
			n.grad.Taps[0].A.Float64s()[3] = float64(nan32())
			blocks, err := structured[float64](s, n.layers, n.grad.Taps)
			require.NoError(t, err)
			assert.False(t, blocks[0].Accumulate(n.pass(true, 1)), s)
		}
	}
}

// TestKindsThatDoNotFit are refused by name.
func TestKindsThatDoNotFit(t *testing.T) {
	for want, change := range map[string]func(tap *graph.Tap){
		"kfac: tap scale of kind scale maps (6, 5) to (6, 4) with a weight of shape (4): want N×C, N×C and C": func(tap *graph.Tap) { tap.A = graph.NewDense(graph.Float64, 6, 5) },
		"kfac: tap scale of kind scale has 2 groups, which affine taps alone may have":                        func(tap *graph.Tap) { tap.Groups = 2 },
		"kfac: tap scale of kind shift maps (6, 4) to (6, 4) with a weight of shape (4): want":                func(tap *graph.Tap) { tap.Kind = graph.Shift },
	} {
		n := newScales(t, graph.Scale, 4, 3, 2, true)
		change(n.grad.Taps[0])
		_, err := placedLayers(n.grad.Taps, n.params, nil)
		assert.ErrorContains(t, err, want)
	}
}
