package kfac_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
)

// TestByHandProducts: products with F are those of the matrix of single examples' gradients,
// written out, over all examples and over the leading ones.
func TestByHandProducts(t *testing.T) {
	o := newOneMap(4, 3, 3, 2)
	size := (o.in + 1) * o.out
	for _, scale := range []kfac.GradientScale{kfac.PerExample, kfac.OfMean} {
		net, m := o.network(t, scale)
		second := normal(9, len(o.g)).Float64s()
		net.Begin(o.n)
		m.Inputs(o.a)
		m.Gradients(o.dw, o.db)
		for pass, g := range [][]float64{o.g, second} {
			if pass > 0 {
				net.Pass()
			}
			given := slices.Clone(g)
			for i := range given {
				if scale == kfac.OfMean {
					given[i] /= float64(o.n)
				}
			}
			m.Sampled(given)
		}
		err := net.Step(probe(func(obj graph.Objective) error {
			products, err := graph.ProductsOf(obj)
			require.NoError(t, err)
			u, v := graph.NewDirection(obj.Params()), graph.NewDirection(obj.Params())
			for i, d := range []graph.Direction{u, v} {
				copy(d[0].Float64s(), normal(uint64(20+i), o.in*o.out).Float64s())
				copy(d[1].Float64s(), normal(uint64(30+i), o.out).Float64s())
			}
			for _, examples := range []int{0, 2} {
				n := o.n
				if examples > 0 {
					n = examples
				}
				f := mat.NewSymDense(size, nil)
				for _, g := range [][]float64{o.g, second} {
					for e := range n {
						own := make([]float64, size)
						for l := range o.t {
							i := e*o.t + l
							for r := range o.in + 1 {
								x := 1.0
								if r < o.in {
									x = o.a[i*o.in+r]
								}
								for c := range o.out {
									own[r*o.out+c] += x * g[i*o.out+c]
								}
							}
						}
						f.SymRankOne(f, 1/float64(2*n), mat.NewVecDense(size, own)) // the mean of two draws
					}
				}
				got, err := products.Products(examples, u, v)
				require.NoError(t, err)
				flatten := func(d graph.Direction) *mat.VecDense {
					return mat.NewVecDense(size, append(slices.Clone(d[0].Float64s()), d[1].Float64s()...))
				}
				for i, x := range []graph.Direction{u, v} {
					for j, y := range []graph.Direction{u, v} {
						want := mat.Inner(flatten(x), f, flatten(y))
						assert.InDelta(t, want, got.At(i, j), 1e-12*math.Abs(want), fmt.Sprint(examples, i, j))
					}
				}
			}
			return nil
		}), 1)
		require.NoError(t, err)
	}
}

// TestByHandProductsOfOthers: a parameter under no map adds the diagonal of the Fisher matrix,
// from sampled gradients or from squares.
func TestByHandProductsOfOthers(t *testing.T) {
	const n = 3
	for _, squares := range []bool{false, true} {
		h := newHanded(t, kfac.ByHandConfig{Scale: kfac.PerExample})
		h.hand(n)
		want := n * (0.1*0.1*2*5 + 0.2*0.2*3*7) / (n * n) // N·Σ (g/N)²uv, with 0.1 and 0.2 summed over examples
		if squares {
			h.net.Begin(n)
			h.gradients()
			h.gain.Gradient([]float64{1, 2})
			h.first.Inputs(normal(4, n*4).Float64s())
			h.second.Inputs(normal(5, n*3).Float64s())
			h.first.Sampled(normal(9, n*6).Float64s())
			h.second.Sampled(normal(10, n*2).Float64s())
			h.gain.SampledSquares([]float64{0.3, 0.4})
			want = 0.3*2*5 + 0.4*3*7
		}
		require.NoError(t, h.net.Step(probe(func(obj graph.Objective) error {
			products, err := graph.ProductsOf(obj)
			require.NoError(t, err)
			u, v := graph.NewDirection(obj.Params()), graph.NewDirection(obj.Params())
			copy(u[3].Float64s(), []float64{2, 3})
			copy(v[3].Float64s(), []float64{5, 7})
			f, err := products.Products(0, u, v)
			require.NoError(t, err)
			assert.InDelta(t, want, f.At(0, 1), 1e-12)
			return nil
		}), 1))
	}
}
