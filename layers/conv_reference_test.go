package layers_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// convCase is one convolution and the images it is tried on.
type convCase struct {
	n, h, w, c, filters               int
	kernel, stride, padding, dilation [2]int
	noBias                            bool
}

func (c convCase) String() string {
	return fmt.Sprintf("%d×%d×%d×%d kernel %v stride %v padding %v dilation %v noBias %v", c.n, c.h, c.w, c.c, c.kernel, c.stride, c.padding, c.dilation, c.noBias)
}

func (c convCase) layer() *layers.Conv2D {
	return &layers.Conv2D{Filters: c.filters, Kernel: c.kernel, Stride: c.stride, Padding: c.padding, Dilation: c.dilation,
		BiasInit: 0.25, NoBias: c.noBias}
}

func (c convCase) out() (h, w int) {
	size := func(i, in int) int { return (in+2*c.padding[i]-c.dilation[i]*(c.kernel[i]-1)-1)/c.stride[i] + 1 }
	return size(0, c.h), size(1, c.w)
}

// convCases are every combination of a few kernels, strides, paddings and
// dilations, with one and with several channels and examples, and some that
// differ between the two directions.
func convCases() []convCase {
	var cases []convCase
	for _, k := range [][2]int{{1, 1}, {3, 3}, {2, 3}} {
		for s := 1; s <= 2; s++ {
			for p := 0; p <= 1; p++ {
				for d := 1; d <= 2; d++ {
					for _, c := range []convCase{{n: 1, h: 5, w: 6, c: 3, filters: 2}, {n: 3, h: 6, w: 5, c: 1, filters: 4, noBias: true}} {
						c.kernel, c.stride, c.padding, c.dilation = k, [2]int{s, s}, [2]int{p, p}, [2]int{d, d}
						cases = append(cases, c)
					}
				}
			}
		}
	}
	both := [2]int{1, 1}
	return append(cases,
		convCase{2, 5, 7, 2, 3, [2]int{3, 2}, [2]int{1, 3}, [2]int{0, 2}, [2]int{2, 1}, false},
		convCase{2, 3, 1, 2, 3, [2]int{2, 2}, [2]int{2, 1}, [2]int{3, 4}, [2]int{3, 4}, false}, // some windows miss the image
		convCase{1, 4, 4, 1, 1, [2]int{4, 4}, both, [2]int{}, both, false},
		convCase{1, 1, 1, 1, 1, both, both, [2]int{}, both, true},
		convCase{70, 9, 9, 3, 2, [2]int{3, 3}, both, both, both, false}, // large enough to be shared out
	)
}

// each calls f for every pair of an input and the output it has a part in:
// indices into x (−1 over padding), into the windows' matrix and of the
// location, and the weight's row. Six plain loops, without a clever thought.
func (c convCase) each(f func(x, patch, location, row int)) {
	outH, outW := c.out()
	features := c.kernel[0] * c.kernel[1] * c.c
	for e := range c.n {
		for i := range outH {
			for j := range outW {
				for u := range c.kernel[0] {
					for v := range c.kernel[1] {
						for ch := range c.c {
							y, z := i*c.stride[0]+u*c.dilation[0]-c.padding[0], j*c.stride[1]+v*c.dilation[1]-c.padding[1]
							x := -1
							if y >= 0 && y < c.h && z >= 0 && z < c.w {
								x = ((e*c.h+y)*c.w+z)*c.c + ch
							}
							location, row := (e*outH+i)*outW+j, (u*c.kernel[1]+v)*c.c+ch
							f(x, location*features+row, location, row)
						}
					}
				}
			}
		}
	}
}

// tolerance is for sums added up in another order or precision: n terms of
// normal size come to √n, and n roundings, of eps of that at most each, to
// n·eps. Thirty times that, for the tails and for products of three.
func (c convCase) tolerance(eps float64) float64 {
	outH, outW := c.out()
	terms := max(c.n*outH*outW, c.kernel[0]*c.kernel[1]*max(c.c, c.filters))
	return 30 * eps * float64(terms)
}

// convolution is what a convolution computes, and its gradients for the
// cotangent g at its output.
type convolution struct{ patches, y, dx, dw, db []float64 }

// direct computes it from its definition.
func (c convCase) direct(x, w, bias, g []float64) convolution {
	outH, outW := c.out()
	rows, features := c.n*outH*outW, c.kernel[0]*c.kernel[1]*c.c
	r := convolution{make([]float64, rows*features), make([]float64, rows*c.filters), make([]float64, len(x)), make([]float64, len(w)), make([]float64, c.filters)}
	for l := range rows {
		for f := range c.filters {
			if bias != nil {
				r.y[l*c.filters+f] = bias[f]
			}
			r.db[f] += g[l*c.filters+f]
		}
	}
	c.each(func(i, patch, l, row int) {
		if i < 0 {
			return
		}
		r.patches[patch] = x[i]
		for f := range c.filters {
			r.y[l*c.filters+f] += x[i] * w[row*c.filters+f]
			r.dx[i] += g[l*c.filters+f] * w[row*c.filters+f]
			r.dw[row*c.filters+f] += g[l*c.filters+f] * x[i]
		}
	})
	return r
}

// built is a layer in a graph with everything to look at.
type built struct {
	b    *graph.Builder
	x, y *graph.Node
	g    []*graph.Node // with respect to x, then the parameters
	run  *graph.Program
}

// buildOn builds l on the input x of the given shape, and its gradients for the
// cotangent seed (nil: ones).
func buildOn(t testing.TB, b *graph.Builder, l layers.Layer, x, seed []float64, shape ...int) built {
	t.Helper()
	r := built{b: b, x: input(t, b, x, shape...)}
	var err error
	r.y, err = l.Build(b, r.x)
	require.NoError(t, err)
	wrt := []*graph.Node{r.x}
	for _, p := range l.Params() {
		wrt = append(wrt, b.Param(p))
	}
	cotangent := b.Ones(r.y.Shape()...)
	if seed != nil {
		cotangent = input(t, b, seed, r.y.Shape()...)
	}
	r.g, err = b.Backward(r.y, cotangent, wrt...)
	require.NoError(t, err)
	wanted := append(append([]*graph.Node{}, r.g...), r.y)
	for _, tap := range b.Taps { // their inputs may stand aside of the way to y
		if a, _ := tap.Nodes(); !graph.IsInput(a) {
			wanted = append(wanted, a)
		}
	}
	r.run, err = b.Compile(wanted...)
	require.NoError(t, err)
	require.NoError(t, r.run.Run())
	return r
}

// random are the case's images and a cotangent at its output.
func (c convCase) random(seed uint64) (x, g []float64) {
	r := rand.New(rand.NewPCG(seed, 1))
	outH, outW := c.out()
	return normals(r, c.n*c.h*c.w*c.c), normals(r, c.n*outH*outW*c.filters)
}
