package trainer

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// jacobian has a row of N·C outputs for each element of the parameters, by
// reverse mode with one output's cotangent at a time.
func jacobian(t *testing.T, c *compiled) (rows [][]float64) {
	seed, memory := c.b.Input("unit", c.out.Shape()...)
	var wrt []*graph.Node
	for _, p := range c.model.params {
		wrt = append(wrt, c.b.Param(p))
	}
	grads, err := c.b.Backward(c.out, seed, wrt...)
	require.NoError(t, err)
	p, err := c.b.Compile(grads...)
	require.NoError(t, err)
	for i := range memory.DataSize() {
		memory.Zero()
		memory.Float64s()[i] = 1
		require.NoError(t, p.Run())
		var row []float64
		for _, g := range grads {
			row = append(row, graph.Value(g).Float64s()...)
		}
		rows = append(rows, row)
	}
	return rows
}

// Nets with the mini-batch's own dropout masks, images, convolutions and shared
// layers: uᵀFv by the Jacobian of reverse mode and H_L by its formula, on the
// graph that the products are formed on.
func TestProductsAgreeWithTheJacobian(t *testing.T) {
	nets := map[string]func() layers.Layer{
		"dropout": func() layers.Layer {
			return layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 6}, layers.Tanh(), &layers.Dropout{Rate: 0.4}, &layers.Dense{Units: 3}}
		},
		"shared": func() layers.Layer {
			shared := &layers.Dense{Units: 4, BiasInit: 0.2}
			return layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 4}, shared, layers.Sigmoid(), shared, layers.Tanh(), &layers.Dense{Units: 3}}
		},
		"convolution": func() layers.Layer {
			return layers.Sequential{
				&layers.Conv2D{Filters: 2, Kernel: [2]int{2, 2}}, layers.Tanh(), &layers.Flatten{}, &layers.Dropout{Rate: 0.3}, &layers.Dense{Units: 3},
			}
		},
	}
	for name, net := range nets {
		for _, part := range []int{0, 2} {
			t.Run(fmt.Sprint(name, "/", part), func(t *testing.T) {
				const n = 4
				m, err := NewModel(net(), losses.SoftmaxCrossEntropy{}, ModelConfig{Input: []int{3, 3}, DType: graph.Float64, Seed: 5})
				require.NoError(t, err)
				r := rand.New(rand.NewPCG(2, 2))
				x, y := graph.NewDense(graph.Float64, n, 3, 3), tensor.New(tensor.Of(tensor.Int), tensor.WithShape(n))
				for i := range x.Float64s() {
					x.Float64s()[i] = r.NormFloat64()
				}
				obj, err := m.Batch(x, y)
				require.NoError(t, err)
				_, err = obj.Grad()
				require.NoError(t, err)
				u, v := graph.NewDirection(m.params), graph.NewDirection(m.params)
				for i := range u {
					for j := range u[i].Float64s() {
						u[i].Float64s()[j], v[i].Float64s()[j] = r.NormFloat64(), r.NormFloat64()
					}
				}
				f, err := obj.Products(part, u, v)
				require.NoError(t, err)
				uu, uv, vv := f.At(0, 0), f.At(0, 1), f.At(1, 1)

				c := obj.(*objective).c
				if part > 0 {
					c = m.graphs[graphKey{batch: part, train: true, part: true}]
					assert.Equal(t, x.Float64s()[:c.x.DataSize()], c.x.Float64s())
				}
				rows := jacobian(t, c)
				prog, err := c.b.Compile(c.mean)
				require.NoError(t, err)
				require.NoError(t, prog.Run())
				p := graph.Value(c.mean).Float64s()
				ju, jv := times(rows, u), times(rows, v)
				quadratic := func(a, b []float64) (sum float64) {
					for e := range c.b.Batch {
						var ma, mb float64
						for i := 3 * e; i < 3*e+3; i++ {
							sum += a[i] * p[i] * b[i]
							ma += p[i] * a[i]
							mb += p[i] * b[i]
						}
						sum -= ma * mb
					}
					return sum / float64(c.b.Batch)
				}
				assert.InEpsilon(t, quadratic(ju, ju), uu, 1e-11)
				assert.InEpsilon(t, quadratic(jv, jv), vv, 1e-11)
				assert.InDelta(t, quadratic(ju, jv), uv, 1e-11*(uu+vv))
			})
		}
	}
}

func times(rows [][]float64, d graph.Direction) (out []float64) {
	for _, row := range rows {
		var sum float64
		for _, x := range d {
			for i, v := range x.Float64s() {
				sum += row[i] * v
			}
			row = row[x.DataSize():]
		}
		out = append(out, sum)
	}
	return out
}
