package kfac

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// bowl is h(θ) = ½(θ−θ*)ᵀH(θ−θ*), whose Fisher matrix is H, and whose F̂ is a
// diagonal of the test's choice: one parameter, under no tap, of a mini-batch of
// one.
type bowl struct {
	h     *mat.SymDense
	least []float64 // θ*
	taps  []*graph.Tap
	param []*graph.Param
	pass  graph.CurvaturePass

	loss     func(h float64) float64 // what Loss says instead of h; nil: h
	products float64                 // factor on F
	err      error                   // of Products
}

var _ miniBatch = (*bowl)(nil)

// newBowl starts at zero. diagonal is F̂.
func newBowl(h *mat.SymDense, least, diagonal []float64) *bowl {
	n := len(least)
	p := graph.NewParam("θ", graph.Float64, 1, n)
	b := &bowl{h: h, least: least, param: []*graph.Param{p}, taps: []*graph.Tap{{Weight: p, Examples: 1}}, products: 1}
	root := graph.NewDense(graph.Float64, 1, n)
	for i, d := range diagonal {
		root.Float64s()[i] = math.Sqrt(d)
	}
	b.pass = graph.CurvaturePass{Examples: 1, Taps: b.taps, Loose: []*tensor.Dense{root}}
	return b
}

func (b *bowl) theta() []float64 { return b.param[0].Value.Float64s() }

func (b *bowl) value(gradient []float64) float64 {
	n := len(b.least)
	var d, g mat.VecDense
	d.SubVec(mat.NewVecDense(n, b.theta()), mat.NewVecDense(n, b.least))
	g.MulVec(b.h, &d)
	copy(gradient, g.RawVector().Data)
	return mat.Dot(&d, &g) / 2
}

func (b *bowl) Params() []*graph.Param { return b.param }
func (b *bowl) Examples() int          { return 1 }
func (b *bowl) Taps() []*graph.Tap     { return b.taps }
func (b *bowl) Loose() []*graph.Param  { return b.param }
func (b *bowl) L2() float64            { return 0 }
func (b *bowl) Grad() (float64, error) { return b.value(b.param[0].Grad.Float64s()), nil }

func (b *bowl) Loss() (float64, error) {
	h := b.value(nil)
	if b.loss != nil {
		h = b.loss(h)
	}
	return h, nil
}

func (b *bowl) Curvature(_ graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	h, _ := b.Grad()
	return h, visit(&b.pass)
}

func (b *bowl) Products(_ int, dirs ...graph.Direction) (*mat.SymDense, error) {
	f := mat.NewSymDense(len(dirs), nil)
	for i := range dirs {
		for j := range i + 1 {
			u, v := dirs[i][0].Float64s(), dirs[j][0].Float64s()
			f.SetSym(i, j, b.products*mat.Inner(mat.NewVecDense(len(u), u), b.h, mat.NewVecDense(len(v), v)))
		}
	}
	return f, b.err
}

// randomBowl has eigenvalues of H within about 1 and 10.
func randomBowl(seed uint64, diagonal []float64) *bowl {
	n := len(diagonal)
	r := random(seed)
	x := mat.NewDense(n, n, randomSlice(r, n*n))
	h := mat.NewSymDense(n, nil)
	h.SymOuterK(1, x)
	for i := range n {
		h.SetSym(i, i, h.At(i, i)+1)
	}
	return newBowl(h, randomSlice(r, n), diagonal)
}
