package adopt_test

import (
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// twin is a gorgonia program and the same network of this module's layers.
type twin struct {
	program *program
	net     layers.Layer
	loss    losses.Loss
	input   []int
	feed    func(x *tensor.Dense) *tensor.Dense // the native model's input; nil: the same
	target  func(rng *rand.Rand) (theirs, native *tensor.Dense)
	draw    func(rng *rand.Rand) *tensor.Dense
	// order has, for each element of the i-th native parameter, the element of the learnable.
	order map[int][]int
	scale float64
	unfit []string // learnables of no map
}

func classes(n, c int) func(rng *rand.Rand) (theirs, native *tensor.Dense) {
	return func(rng *rand.Rand) (*tensor.Dense, *tensor.Dense) { return oneHot(rng, n, c) }
}

func drawing(shape ...int) func(rng *rand.Rand) *tensor.Dense {
	return func(rng *rand.Rand) *tensor.Dense { return draw(rng, shape...) }
}

var twins = map[string]func(t *testing.T, rng *rand.Rand) *twin{
	"mlp": func(t *testing.T, rng *rand.Rand) *twin {
		return &twin{
			program: mlp(t, 16, rng), net: layers.Sequential{&layers.Dense{Units: 6}, layers.Tanh(), &layers.Dense{Units: 3}},
			loss: losses.SoftmaxCrossEntropy{}, input: []int{7}, target: classes(16, 3), draw: drawing(16, 7), scale: 1.0 / 3,
		}
	},
	"convolution": convolution,
	"tied weights": func(t *testing.T, rng *rand.Rand) *twin {
		g := G.NewGraph()
		p := &program{x: G.NewMatrix(g, G.Float64, G.WithShape(12, 5), G.WithName("x")), y: G.NewMatrix(g, G.Float64, G.WithShape(12, 5), G.WithName("y"))}
		w, b, c := matrix(g, "w", rng, 5, 3), matrix(g, "b", rng, 3), matrix(g, "c", rng, 5)
		code := G.Must(G.Sigmoid(G.Must(G.BroadcastAdd(G.Must(G.Mul(p.x, w)), b, nil, []byte{0}))))
		p.out = G.Must(G.BroadcastAdd(G.Must(G.Mul(code, G.Must(G.Transpose(w)))), c, nil, []byte{0}))
		p.cost = G.Must(G.Mean(G.Must(G.Square(G.Must(G.Sub(p.out, p.y))))))
		p.learnables = G.Nodes{w, b, c}
		p.compile(t)
		return &twin{program: p, net: &tiedAutoencoder{units: 3}, loss: losses.SquaredError{}, input: []int{5}, draw: drawing(12, 5), scale: 2.0 / 5,
			target: func(rng *rand.Rand) (*tensor.Dense, *tensor.Dense) { y := draw(rng, 12, 5); return y, y },
			unfit:  []string{"w", "b", "c"}}
	},
	"logistic regression of a vector": func(t *testing.T, rng *rand.Rand) *twin {
		g := G.NewGraph()
		p := &program{x: G.NewMatrix(g, G.Float64, G.WithShape(9, 4), G.WithName("x")), y: G.NewVector(g, G.Float64, G.WithShape(9), G.WithName("y"))}
		w := matrix(g, "w", rng, 4)
		b := G.NewScalar(g, G.Float64, G.WithName("b"), G.WithValue(0.3))
		p.out = G.Must(G.Sigmoid(G.Must(G.Add(G.Must(G.Mul(p.x, w)), b))))
		p.cost = G.Must(G.Mean(G.Must(G.BinaryXent(p.out, p.y))))
		p.learnables = G.Nodes{w, b}
		p.compile(t)
		return &twin{program: p, net: &layers.Dense{Units: 1}, loss: losses.SigmoidCrossEntropy{}, input: []int{4}, draw: drawing(9, 4), scale: 1,
			target: func(rng *rand.Rand) (*tensor.Dense, *tensor.Dense) {
				y, native := tensor.New(tensor.WithShape(9), tensor.Of(tensor.Float64)), tensor.New(tensor.WithShape(9, 1), tensor.Of(tensor.Float64))
				for i := range y.Float64s() {
					y.Float64s()[i] = float64(rng.IntN(2))
				}
				copy(native.Float64s(), y.Float64s())
				return y, native
			}}
	},
	"two heads":               func(t *testing.T, rng *rand.Rand) *twin { return twoHeads(t, rng, false) },
	"two heads of one target": func(t *testing.T, rng *rand.Rand) *twin { return twoHeads(t, rng, true) },
	"a line through points": func(t *testing.T, rng *rand.Rand) *twin {
		g := G.NewGraph()
		p := &program{x: G.NewVector(g, G.Float64, G.WithShape(9), G.WithName("x")), y: G.NewVector(g, G.Float64, G.WithShape(9), G.WithName("y"))}
		m, c := G.NewScalar(g, G.Float64, G.WithName("m"), G.WithValue(0.4)), G.NewScalar(g, G.Float64, G.WithName("c"), G.WithValue(0.1))
		p.out = G.Must(G.Add(G.Must(G.Mul(p.x, m)), c))
		p.cost = G.Must(G.Mean(G.Must(G.Square(G.Must(G.Sub(p.out, p.y))))))
		p.learnables = G.Nodes{m, c}
		p.compile(t)
		return &twin{program: p, net: &line{}, loss: losses.SquaredError{}, input: []int{1}, draw: drawing(9), scale: 2,
			feed: func(x *tensor.Dense) *tensor.Dense {
				return tensor.New(tensor.WithShape(9, 1), tensor.WithBacking(append([]float64{}, x.Float64s()...)))
			},
			target: func(rng *rand.Rand) (*tensor.Dense, *tensor.Dense) {
				y := draw(rng, 9)
				return y, tensor.New(tensor.WithShape(9, 1), tensor.WithBacking(append([]float64{}, y.Float64s()...)))
			},
			unfit: []string{"m", "c"}}
	},
	"examples in columns": func(t *testing.T, rng *rand.Rand) *twin {
		g := G.NewGraph()
		p := &program{x: G.NewMatrix(g, G.Float64, G.WithShape(8, 5), G.WithName("x")), y: G.NewMatrix(g, G.Float64, G.WithShape(8, 3), G.WithName("y"))}
		w0, b0, w1 := matrix(g, "w0", rng, 4, 5), matrix(g, "b0", rng, 4), matrix(g, "w1", rng, 3, 4)
		h := G.Must(G.Tanh(G.Must(G.BroadcastAdd(G.Must(G.Mul(w0, G.Must(G.Transpose(p.x)))), b0, nil, []byte{1}))))
		p.out = G.Must(G.Transpose(G.Must(G.Mul(w1, h))))
		probabilities := G.Must(G.SoftMax(p.out))
		p.cost = G.Must(G.Neg(G.Must(G.Mean(G.Must(G.Sum(G.Must(G.HadamardProd(G.Must(G.Log(probabilities)), p.y)), 1))))))
		p.learnables = G.Nodes{w0, b0, w1}
		p.compile(t)
		return &twin{program: p, net: layers.Sequential{&layers.Dense{Units: 4}, layers.Tanh(), &layers.Dense{Units: 3, NoBias: true}},
			loss: losses.SoftmaxCrossEntropy{}, input: []int{5}, draw: drawing(8, 5), target: classes(8, 3), scale: 1,
			order: map[int][]int{0: transposing(4, 5), 2: transposing(3, 4)}}
	},
}

// twoHeads has three classes and two values, on one hidden layer.
func twoHeads(t *testing.T, rng *rand.Rand, together bool) *twin {
	const n = 14
	g := G.NewGraph()
	p := &program{x: G.NewMatrix(g, G.Float64, G.WithShape(n, 5), G.WithName("x"))}
	w0, w1, w2, b2 := matrix(g, "w0", rng, 5, 6), matrix(g, "w1", rng, 6, 3), matrix(g, "w2", rng, 6, 2), matrix(g, "b2", rng, 2)
	h := G.Must(G.Tanh(G.Must(G.Mul(p.x, w0))))
	p.out = G.Must(G.SoftMax(G.Must(G.Mul(h, w1))))
	p.out2 = G.Must(G.BroadcastAdd(G.Must(G.Mul(h, w2)), b2, nil, []byte{0}))
	var classes, values *G.Node
	if together {
		p.y = G.NewMatrix(g, G.Float64, G.WithShape(n, 5), G.WithName("y"))
		classes, values = G.Must(G.Slice(p.y, nil, G.S(0, 3))), G.Must(G.Slice(p.y, nil, G.S(3, 5)))
	} else {
		p.y = G.NewMatrix(g, G.Float64, G.WithShape(n, 3), G.WithName("y"))
		p.y2 = G.NewMatrix(g, G.Float64, G.WithShape(n, 2), G.WithName("y2"))
		classes, values = p.y, p.y2
	}
	entropy := G.Must(G.Neg(G.Must(G.Mean(G.Must(G.Sum(G.Must(G.HadamardProd(G.Must(G.Log(p.out)), classes)), 1))))))
	p.cost = G.Must(G.Add(entropy, G.Must(G.Mean(G.Must(G.Square(G.Must(G.Sub(p.out2, values))))))))
	p.learnables = G.Nodes{w0, w1, w2, b2}
	p.compile(t)
	return &twin{
		program: p, input: []int{5}, draw: drawing(n, 5), scale: 1,
		net: layers.Sequential{&layers.Dense{Units: 6, NoBias: true}, layers.Tanh(),
			&layers.Parallel{Branches: []layers.Layer{&layers.Dense{Units: 3, NoBias: true}, &layers.Dense{Units: 2}}}},
		loss: &losses.Joint{Heads: []losses.Head{{Loss: losses.SoftmaxCrossEntropy{}, Units: 3}, {Loss: losses.SquaredError{}, Units: 2}}},
		target: func(rng *rand.Rand) (theirs, native *tensor.Dense) {
			theirs, native = tensor.New(tensor.WithShape(n, 5), tensor.Of(tensor.Float64)), tensor.New(tensor.WithShape(n, 3), tensor.Of(tensor.Float64))
			for i := range n {
				c := rng.IntN(3)
				a, b := rng.NormFloat64(), rng.NormFloat64()
				theirs.Float64s()[5*i+c], native.Float64s()[3*i] = 1, float64(c)
				theirs.Float64s()[5*i+3], native.Float64s()[3*i+1] = a, a
				theirs.Float64s()[5*i+4], native.Float64s()[3*i+2] = b, b
			}
			return theirs, native
		},
	}
}

// transposing is the order of the elements of a rows×cols matrix in its transpose.
func transposing(rows, cols int) (order []int) {
	for j := range cols {
		for i := range rows {
			order = append(order, i*cols+j)
		}
	}
	return order
}

// convolution is a small convolutional net: gorgonia's images are N×C×H×W, ours N×H×W×C.
func convolution(t *testing.T, rng *rand.Rand) *twin {
	const n, c, h, w, filters = 6, 2, 6, 5, 4
	g := G.NewGraph()
	p := &program{
		x: G.NewTensor(g, G.Float64, 4, G.WithShape(n, c, h, w), G.WithName("x")),
		y: G.NewMatrix(g, G.Float64, G.WithShape(n, 3), G.WithName("y")),
	}
	f, b := matrix(g, "filter", rng, filters, c, 3, 3), matrix(g, "b", rng, 1, filters, 1, 1)
	maps := G.Must(G.Conv2d(p.x, f, tensor.Shape{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}))
	maps = G.Must(G.BroadcastAdd(maps, b, nil, []byte{0, 2, 3}))
	pooled := G.Must(G.MaxPool2D(G.Must(G.Tanh(maps)), tensor.Shape{2, 2}, []int{0, 0}, []int{2, 2}))
	flat := G.Must(G.Reshape(pooled, tensor.Shape{n, filters * 3 * 2}))
	out := matrix(g, "w", rng, filters*3*2, 3)
	p.out = G.Must(G.SoftMax(G.Must(G.Mul(flat, out))))
	p.cost = G.Must(G.Neg(G.Must(G.Mean(G.Must(G.HadamardProd(G.Must(G.Log(p.out)), p.y))))))
	p.learnables = G.Nodes{f, b, out}
	p.compile(t)
	var kernel, dense []int
	for ky := range 3 {
		for kx := range 3 {
			for ch := range c {
				for o := range filters {
					kernel = append(kernel, ((o*c+ch)*3+ky)*3+kx)
				}
			}
		}
	}
	for y := range 3 {
		for x := range 2 {
			for o := range filters {
				for k := range 3 {
					dense = append(dense, ((o*3+y)*2+x)*3+k)
				}
			}
		}
	}
	return &twin{
		program: p, loss: losses.SoftmaxCrossEntropy{}, input: []int{h, w, c}, target: classes(n, 3), draw: drawing(n, c, h, w), scale: 1.0 / 3,
		net: layers.Sequential{&layers.Conv2D{Filters: filters, Kernel: [2]int{3, 3}, Padding: [2]int{1, 1}}, layers.Tanh(),
			&layers.MaxPool2D{Window: [2]int{2, 2}}, &layers.Flatten{}, &layers.Dense{Units: 3, NoBias: true}},
		order: map[int][]int{0: kernel, 2: dense},
		feed: func(x *tensor.Dense) *tensor.Dense {
			y := tensor.New(tensor.WithShape(n, h, w, c), tensor.Of(tensor.Float64))
			for i := range n {
				for ch := range c {
					for k := range h * w {
						y.Float64s()[(i*h*w+k)*c+ch] = x.Float64s()[(i*c+ch)*h*w+k]
					}
				}
			}
			return y
		},
	}
}

// tiedAutoencoder is x·W, a sigmoid, and ·Wᵀ, with a bias each, as a layer.
type tiedAutoencoder struct {
	units   int
	w, b, c *graph.Param
}

func (l *tiedAutoencoder) Params() []*graph.Param {
	if l.w == nil {
		return nil
	}
	return []*graph.Param{l.w, l.b, l.c}
}

// Build is made of gorgonia's own ops between snapshots, and declares no tap: weights that are used
// twice are under none.
func (l *tiedAutoencoder) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	n, in := x.Shape()[0], x.Shape()[1]
	if l.w == nil {
		l.w, l.b, l.c = graph.NewParam("w", b.DType, in, l.units), graph.NewParam("b", b.DType, l.units), graph.NewParam("c", b.DType, in)
	}
	own := func(y *graph.Node, err error) *graph.Node {
		if err == nil {
			y, err = b.Snapshot(y)
		}
		if err != nil {
			panic(err)
		}
		return y
	}
	row := func(p *graph.Param, size int) *graph.Node {
		return own(G.Mul(own(b.Ones(n, 1), nil), own(b.Reshape(b.Param(p), 1, size))))
	}
	code := own(G.Sigmoid(own(G.Add(own(G.Mul(own(x, nil), own(b.Param(l.w), nil))), row(l.b, l.units)))))
	back := own(G.Mul(code, own(G.Transpose(own(b.Param(l.w), nil)))))
	return own(G.Add(back, row(l.c, in))), nil
}

// line is m·x + c without a tap: gorgonia's product with a number is one of elements.
type line struct{ m, c *graph.Param }

func (l *line) Params() []*graph.Param {
	if l.m == nil {
		return nil
	}
	return []*graph.Param{l.m, l.c}
}

func (l *line) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if l.m == nil {
		l.m, l.c = graph.NewParam("m", b.DType, 1), graph.NewParam("c", b.DType, 1)
	}
	in, err := b.Snapshot(x)
	if err != nil {
		return nil, err
	}
	var terms []*graph.Node
	for i, p := range []*graph.Param{l.m, l.c} {
		w, err := b.Reshape(b.Param(p), 1, 1)
		if err == nil {
			w, err = b.Snapshot(w)
		}
		if i == 1 {
			in, err = b.Snapshot(b.Ones(x.Shape()[0], 1))
		}
		if err != nil {
			return nil, err
		}
		s, err := b.Snapshot(G.Must(G.Mul(in, w)))
		if err != nil {
			return nil, err
		}
		terms = append(terms, s)
	}
	return b.Sum(terms...)
}
