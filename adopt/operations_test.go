package adopt_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/adopt"
	"github.com/gokfac/gokfac/graph"
)

// opCases are ops of gorgonia's between a product x·w of shape 5×6 and the outputs.
var opCases = map[string]func(h *G.Node) (*G.Node, error){
	"tanh": G.Tanh, "sigmoid": G.Sigmoid, "exp": G.Exp, "square": G.Square, "cube": G.Cube, "neg": G.Neg, "softplus": G.Softplus,
	"abs": G.Abs, "sin": G.Sin, "cos": G.Cos, "expm1": G.Expm1, "rectify": G.Rectify,
	"log":   positive(G.Log),
	"log1p": positive(G.Log1p),
	"log2":  positive(G.Log2), // gorgonia's gradient of it is wrong
	"sqrt":  positive(G.Sqrt), "inverse": positive(G.Inverse), "inverse sqrt": positive(G.InverseSqrt),
	"leaky":       func(h *G.Node) (*G.Node, error) { return G.LeakyRelu(h, 0.2) },
	"power":       positive(func(h *G.Node) (*G.Node, error) { return G.Pow(h, G.NewConstant(1.5)) }),
	"add number":  func(h *G.Node) (*G.Node, error) { return G.Add(h, G.NewConstant(2.0)) },
	"from number": func(h *G.Node) (*G.Node, error) { return G.Sub(G.NewConstant(2.0), h) },
	"divide":      func(h *G.Node) (*G.Node, error) { return G.HadamardDiv(h, G.Must(G.Exp(h))) },
	"transposes": func(h *G.Node) (*G.Node, error) {
		return G.Transpose(G.Must(G.Mul(h.Graph().Constant(fixed(3, 6)), G.Must(G.Transpose(h)))))
	},
	"softmax":     func(h *G.Node) (*G.Node, error) { return G.SoftMax(h) },
	"log softmax": func(h *G.Node) (*G.Node, error) { return G.LogSoftMax(h) },
	"softmax of columns": func(h *G.Node) (*G.Node, error) {
		return G.Transpose(G.Must(G.SoftMax(G.Must(G.Transpose(h)), 0)))
	},
	"sum of rows":  func(h *G.Node) (*G.Node, error) { return G.Reshape(G.Must(G.Sum(h, 1)), tensor.Shape{5, 1}) },
	"mean of rows": func(h *G.Node) (*G.Node, error) { return G.Mean(h, 1) },
	"slice":        func(h *G.Node) (*G.Node, error) { return G.Slice(h, nil, G.S(1, 4)) },
	"slice of one": func(h *G.Node) (*G.Node, error) { return G.Slice(h, nil, G.S(2)) },
	"concat": func(h *G.Node) (*G.Node, error) {
		return G.Concat(1, h, G.Must(G.Tanh(h)), G.Must(G.Slice(h, nil, G.S(1, 4))))
	},
	"weighted by its own": func(h *G.Node) (*G.Node, error) { return G.HadamardProd(h, h) },
	"normalised": func(h *G.Node) (*G.Node, error) { // each row by its mean
		return G.BroadcastSub(h, G.Must(G.Mean(h, 1)), nil, []byte{1})
	},
	"coupled": func(h *G.Node) (*G.Node, error) { // each column by its mean over the examples
		return G.BroadcastSub(h, G.Must(G.Mean(h, 0)), nil, []byte{0})
	},
	"images": func(h *G.Node) (*G.Node, error) {
		return G.MaxPool2D(G.Must(G.Reshape(h, tensor.Shape{5, 1, 2, 3})), tensor.Shape{2, 2}, []int{0, 1}, []int{1, 2})
	},
	"windows": func(h *G.Node) (*G.Node, error) {
		im := G.Must(G.Reshape(h, tensor.Shape{5, 2, 3, 1}))
		return G.Im2Col(im, tensor.Shape{2, 2}, tensor.Shape{1, 1}, tensor.Shape{2, 1}, tensor.Shape{1, 2})
	},
	"global average": func(h *G.Node) (*G.Node, error) {
		return G.GlobalAveragePool2D(G.Must(G.Reshape(h, tensor.Shape{5, 2, 3, 1})))
	},
	"repeat": func(h *G.Node) (*G.Node, error) { // several rows of each example
		rows := G.Must(G.Reshape(h, tensor.Shape{10, 3}))
		return G.Reshape(G.Must(G.Tanh(rows)), tensor.Shape{5, 6})
	},
	"dot with a vector": func(h *G.Node) (*G.Node, error) { return G.Mul(h, h.Graph().Constant(fixed(6))) },
	"other comparisons": func(h *G.Node) (*G.Node, error) {
		zero := G.NewConstant(0.0)
		sum := h
		for i, f := range []func(a, b *G.Node, same bool) (*G.Node, error){G.Lt, G.Lte, G.Gte, G.Eq, G.Ne} {
			sum = G.Must(G.Add(sum, G.Must(G.HadamardProd(G.Must(f(h, zero, true)), G.Must(G.Mul(h, G.NewConstant(float64(i+2))))))))
		}
		return sum, nil
	},
	"comparison": func(h *G.Node) (*G.Node, error) { return G.HadamardProd(h, G.Must(G.Gt(h, G.NewConstant(0.1), true))) },
	"a foreign op": func(h *G.Node) (*G.Node, error) { // Sparsemax is not known to package adopt
		return G.Sparsemax(h)
	},
}

func positive(f func(*G.Node) (*G.Node, error)) func(*G.Node) (*G.Node, error) {
	return func(h *G.Node) (*G.Node, error) {
		return f(G.Must(G.Add(G.Must(G.Square(h)), G.NewConstant(0.5))))
	}
}

func fixed(shape ...int) *tensor.Dense {
	rng := rand.New(rand.NewPCG(9, 9))
	return draw(rng, shape...)
}

// TestOperations compares each op with gorgonia's own value of the cost, its gradient with central
// differences, and its second derivative with differences of the gradient.
func TestOperations(t *testing.T) {
	for name, op := range opCases {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(4, 5))
			g := G.NewGraph()
			x := G.NewMatrix(g, G.Float64, G.WithShape(5, 4), G.WithName("x"), G.WithValue(draw(rng, 5, 4)))
			w := matrix(g, "w", rng, 4, 6)
			out, err := op(G.Must(G.Mul(x, w)))
			require.NoError(t, err)
			y := G.NewTensor(g, G.Float64, out.Dims(), G.WithShape(out.Shape()...), G.WithName("y"), G.WithValue(draw(rng, out.Shape()...)))
			cost := G.Must(G.Sum(G.Must(G.Square(G.Must(G.Sub(out, y))))))
			var theirs G.Value
			G.Read(cost, &theirs)
			vm := G.NewTapeMachine(g)
			require.NoError(t, vm.RunAll())

			a, err := adopt.New(cost, G.Nodes{w}, adopt.Config{Outputs: []adopt.Output{{Node: out}}})
			require.NoError(t, err)
			assert.InDelta(t, 10, a.Scale(), 1e-9, "a sum over 5 examples, without the half")
			obj, err := a.Batch()
			require.NoError(t, err)
			h, err := obj.Grad()
			require.NoError(t, err)
			assert.InDelta(t, theirs.Data().(float64), h*a.Scale(), 1e-12*max(1, h))
			p := obj.Params()[0]
			grad := append([]float64{}, p.Grad.Float64s()...)
			const step = 1e-5
			slopes := differences(t, p, step, func() []float64 { l, err := obj.Loss(); require.NoError(t, err); return []float64{l} })
			for i := range grad {
				assert.InDelta(t, slopes[i][0], grad[i], 1e-7*max(1, h), i)
			}
			if name == "a foreign op" {
				return // gorgonia's rules have no second derivative
			}
			dir := graph.Direction{draw(rng, p.Value.Shape()...)}
			dst := graph.NewDirection(obj.Params())
			_, err = obj.Grad()
			require.NoError(t, err)
			require.NoError(t, obj.Multiply(graph.Hessian, dst, dir))
			got := append([]float64{}, dst[0].Float64s()...)
			bends := differences(t, p, step, func() []float64 {
				_, err := obj.Grad()
				require.NoError(t, err)
				return append([]float64{}, p.Grad.Float64s()...)
			})
			for i := range got {
				want := 0.0
				for k, d := range dir[0].Float64s() {
					want += d * bends[k][i]
				}
				assert.InDelta(t, want, got[i], 1e-6*max(1, h), i)
			}
		})
	}
}

// differences are (f(θ+step) − f(θ−step))/(2·step) for each element of p.
func differences(t *testing.T, p *graph.Param, step float64, f func() []float64) [][]float64 {
	var list [][]float64
	for i, v := range p.Value.Float64s() {
		p.Value.Float64s()[i] = v + step
		up := f()
		p.Value.Float64s()[i] = v - step
		down := f()
		p.Value.Float64s()[i] = v
		d := make([]float64, len(up))
		for k := range up {
			d[k] = (up[k] - down[k]) / (2 * step)
		}
		list = append(list, d)
	}
	return list
}
