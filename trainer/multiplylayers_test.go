package trainer_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// gradients of obj along v by central differences.
func gradientDifferences(t *testing.T, obj trainer.MiniBatch, v graph.Direction, h float64) []float64 {
	t.Helper()
	theta, before := graph.Values(obj.Params()), graph.NewDirection(obj.Params())
	before.Copy(theta)
	gradient := func(by float64) []float64 {
		theta.Copy(before)
		theta.AddScaled(by, v)
		_, err := obj.Grad()
		require.NoError(t, err)
		return snapshot(obj.Params(), true)
	}
	up, down := gradient(h), gradient(-h)
	theta.Copy(before)
	_, err := obj.Loss()
	require.NoError(t, err)
	for i := range up {
		up[i] = (up[i] - down[i]) / (2 * h)
	}
	return up
}

// TestHessianOfNetworksOfAllLayers: networks that have every kind of layer between them, with the dropout masks and the
// statistics of the mini-batch.
func TestHessianOfNetworksOfAllLayers(t *testing.T) {
	for name, build := range ofAllLayers() {
		t.Run(name, func(t *testing.T) {
			net, input := build()
			m := trained(t, net, input, graph.Float64)
			r := rand.New(rand.NewPCG(5, 5))
			y := graph.NewDense(graph.Float64, 6)
			for i := range y.Float64s() {
				y.Float64s()[i] = float64(r.IntN(2))
			}
			obj, err := m.Batch(wholeNumbers(r, 6, input), y)
			require.NoError(t, err)
			u, v := randomDirection(r, m.Params()), randomDirection(r, m.Params())
			want := gradientDifferences(t, obj, v, 1e-6)
			hv, hu := multiply(t, obj, graph.Hessian, v), multiply(t, obj, graph.Hessian, u)
			closeTo(t, want, hv, 1e-7)
			assert.InEpsilon(t, inner(flat(u), hv), inner(flat(v), hu), 1e-10)
			buffers := values(m.Buffers())
			multiply(t, obj, graph.Hessian, v)
			assert.Equal(t, buffers, values(m.Buffers()), "running statistics")

			f, err := obj.Products(0, u, v)
			require.NoError(t, err)
			want = []float64{f.At(0, 1), f.At(1, 1)}
			for _, matrix := range []graph.Matrix{graph.Fisher, graph.GaussNewton} { // of a canonical loss
				fv := multiply(t, obj, matrix, v)
				assert.InEpsilon(t, want[0], inner(flat(u), fv), 1e-10, matrix)
				assert.InEpsilon(t, want[1], inner(flat(v), fv), 1e-10, matrix)
			}
		})
	}
}

func inner(x, y []float64) (sum float64) {
	for i, v := range x {
		sum += v * y[i]
	}
	return sum
}

func values(buffers []*graph.Buffer) (all []float64) {
	for _, b := range buffers {
		all = append(all, rows(b.Value, 0, b.Value.Shape()[0]).Float64s()...)
	}
	return all
}

// TestHessianOfOwnLayers: layers of a user's own, out of stock ops, under no tap and tied, have Hessians where their
// ops' gradients have derivatives.
func TestHessianOfOwnLayers(t *testing.T) {
	for netName, net := range productNets {
		for lossName, loss := range allLosses {
			m := newModel(t, net(), loss, 4, 0)
			scatter(m, 1)
			r := rand.New(rand.NewPCG(5, 2))
			x, y := randomBatch(r, loss, 5, 4, 3)
			obj, err := m.Batch(x, y)
			require.NoError(t, err)
			v := randomDirection(r, m.Params())
			closeTo(t, gradientDifferences(t, obj, v, 1e-5), multiply(t, obj, graph.Hessian, v), 1e-8, "%s/%s", netName, lossName)
		}
	}
}

// pointwise is an op of a user's own, f of the elements of its inputs.
func pointwise(b *graph.Builder, name string, f func(x []float64) float64, op graph.Op, in ...*graph.Node) (*graph.Node, error) {
	op.Name, op.Shape = name, in[0].Shape().Clone()
	op.F32, op.F64 = applying[float32](f), applying[float64](f)
	return b.Apply(op, in...)
}

func applying[T graph.Float](f func(x []float64) float64) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		x := make([]float64, len(in))
		for i := range out {
			for j := range in {
				x[j] = float64(in[j][i])
			}
			out[i] = T(f(x))
		}
	}
}

// cube is x³, a layer of a user's own. twice says whether its gradient, 3x²·g, has a derivative.
type cube struct{ twice bool }

func (cube) Params() []*graph.Param { return nil }

func (c cube) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return pointwise(b, "cube", func(x []float64) float64 { return x[0] * x[0] * x[0] }, graph.Op{
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := c.slope(d.Builder, d.In[0], d.Grad)
			return []*graph.Node{g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return c.slope(t.Builder, t.In[0], t.Dot[0]) },
	}, x)
}

func (c cube) slope(b *graph.Builder, x, d *graph.Node) (*graph.Node, error) {
	var op graph.Op
	if c.twice {
		op.Tangent = func(t *graph.Tangent) (*graph.Node, error) {
			var bend, slope *graph.Node
			var err error
			if t.Dot[0] != nil {
				if bend, err = pointwise(t.Builder, "cube-bend", func(x []float64) float64 { return 6 * x[0] * x[1] * x[2] }, graph.Op{}, t.In[0], t.In[1], t.Dot[0]); err != nil {
					return nil, err
				}
			}
			if t.Dot[1] != nil {
				if slope, err = c.slope(t.Builder, t.In[0], t.Dot[1]); err != nil {
					return nil, err
				}
			}
			return t.Total(bend, slope)
		}
	}
	return pointwise(b, "cube-gradient", func(x []float64) float64 { return 3 * x[0] * x[0] * x[1] }, op, x, d)
}

// stock is an activation out of a stock gorgonia op.
type stock func(x *gorgonia.Node) (*gorgonia.Node, error)

func (stock) Params() []*graph.Param { return nil }

func (f stock) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	own, err := b.Snapshot(x)
	if err != nil {
		return nil, err
	}
	y, err := f(own)
	if err != nil {
		return nil, err
	}
	return b.Snapshot(y)
}

// TestHessianOfOwnOps: an op of a user's own has a Hessian if its gradient has a derivative. Elsewhere the error names
// the op, the other matrices are there, and training goes on.
func TestHessianOfOwnOps(t *testing.T) {
	loss := losses.SoftmaxCrossEntropy{}
	build := func(l layers.Layer) (trainer.MiniBatch, graph.Direction) {
		m := newModel(t, layers.Sequential{&layers.Dense{Units: 4}, l, &layers.Dense{Units: 3}}, loss, 4, 0)
		r := rand.New(rand.NewPCG(5, 2))
		x, y := randomBatch(r, loss, 5, 4, 3)
		obj, err := m.Batch(x, y)
		require.NoError(t, err)
		return obj, randomDirection(r, m.Params())
	}
	for name, l := range map[string]layers.Layer{
		"cube": cube{twice: true}, "stock sigmoid": stock(gorgonia.Sigmoid), "stock tanh": stock(gorgonia.Tanh), "stock exp": stock(gorgonia.Exp), "stock square": stock(gorgonia.Square),
		"stock softplus": stock(gorgonia.Softplus), "stock rectifier": stock(gorgonia.Rectify),
	} {
		obj, v := build(l)
		closeTo(t, gradientDifferences(t, obj, v, 1e-5), multiply(t, obj, graph.Hessian, v), 1e-8, name)
	}
	for name, c := range map[string]struct {
		layer    layers.Layer
		want     string
		matrices []graph.Matrix // that are there
	}{
		"cube": {cube{}, "trainer: hessian product: graph: forward through cube-gradient: the op has no derivative rule", []graph.Matrix{graph.Fisher, graph.GaussNewton}},
		"stock softmax": {stock(func(x *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.SoftMax(x) }),
			"trainer: hessian product: graph: forward: gorgonia: softmax operator only supports one input", nil},
		"stock sparsemax": {stock(func(x *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Sparsemax(x) }),
			"trainer: hessian product: graph: forward through Sparsemax{}(): the op has no tangent rule, and SparsemaxDiff{}() in its gradient has no derivative", nil},
	} {
		obj, v := build(c.layer)
		by, err := graph.MatrixOf(obj)
		require.NoError(t, err)
		dst := graph.NewDirection(obj.Params())
		for range 2 {
			assert.ErrorContains(t, by.Multiply(graph.Hessian, dst, v), c.want, name)
			checkGradients(t, obj)
			for _, matrix := range c.matrices {
				f, err := obj.Products(0, v)
				require.NoError(t, err)
				assert.InEpsilon(t, f.At(0, 0), inner(flat(v), multiply(t, obj, matrix, v)), 1e-12, matrix)
			}
		}
	}
}
