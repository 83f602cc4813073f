package main

import (
	"math"
	"math/rand/v2"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

const side, classes = 28, 10

// network is a classifier of images as a gorgonia graph, for mini-batches of one size.
type network struct {
	g          *G.ExprGraph
	x, y       *G.Node // images, and ones at their classes
	out, cost  *G.Node
	learnables G.Nodes
}

// weights makes the learnables. gorgonia's own initialisers are seeded by the clock, and so no two runs are the same.
type weights struct {
	n      *network
	random *rand.Rand
}

// normal is a learnable of normal numbers with variance 2/fan, as He et al. 2015 start layers before a Rectify.
func (w weights) normal(name string, fan int, shape ...int) *G.Node {
	v := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(shape...))
	for i := range v.Float32s() {
		v.Float32s()[i] = float32(w.random.NormFloat64() * math.Sqrt(2/float64(fan)))
	}
	return w.learnable(name, v)
}

func (w weights) zeros(name string, shape ...int) *G.Node {
	return w.learnable(name, tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(shape...)))
}

func (w weights) learnable(name string, v *tensor.Dense) *G.Node {
	n := G.NewTensor(w.n.g, G.Float32, v.Dims(), G.WithShape(v.Shape()...), G.WithName(name), G.WithValue(v))
	w.n.learnables = append(w.n.learnables, n)
	return n
}

// newNetwork builds the graph of a network, up to its cost. G.Must ends the program where nodes do not fit each other, which
// no input of the user's can cause.
func newNetwork(kind string, batch int, seed uint64) *network {
	n := &network{g: G.NewGraph()}
	w := weights{n, rand.New(rand.NewPCG(seed, 1))}
	n.x = G.NewTensor(n.g, G.Float32, 4, G.WithShape(batch, 1, side, side), G.WithName("x"))
	n.y = G.NewMatrix(n.g, G.Float32, G.WithShape(batch, classes), G.WithName("y"))
	var logits *G.Node
	if kind == "convnet" {
		logits = convnet(w, n.x)
	} else {
		logits = mlp(w, n.x)
	}
	n.out = G.Must(G.SoftMax(logits))
	// The mean over all elements: a tenth of the cross-entropy. K-FAC is told so by package adopt, which finds it out.
	n.cost = G.Must(G.Neg(G.Must(G.Mean(G.Must(G.HadamardProd(G.Must(G.Log(n.out)), n.y))))))
	return n
}

// mlp has two hidden layers.
func mlp(w weights, x *G.Node) *G.Node {
	const hidden = 128
	h := G.Must(G.Reshape(x, tensor.Shape{x.Shape()[0], side * side}))
	h = G.Must(G.Rectify(affine(h, w.normal("w0", side*side, side*side, hidden), w.zeros("b0", 1, hidden))))
	h = G.Must(G.Rectify(affine(h, w.normal("w1", hidden, hidden, hidden), w.zeros("b1", 1, hidden))))
	return affine(h, w.normal("w2", hidden, hidden, classes), w.zeros("b2", 1, classes))
}

func affine(x, w, b *G.Node) *G.Node {
	return G.Must(G.BroadcastAdd(G.Must(G.Mul(x, w)), b, nil, []byte{0}))
}

// convnet has two convolutions, each with a Rectify and a pooling to half the size, and a linear layer.
func convnet(w weights, x *G.Node) *G.Node {
	const first, second, kernel = 4, 8, 5
	h := stage(x, w.normal("w0", kernel*kernel, first, 1, kernel, kernel))
	h = stage(h, w.normal("w1", first*kernel*kernel, second, first, kernel, kernel))
	features := second * side / 4 * side / 4
	h = G.Must(G.Reshape(h, tensor.Shape{x.Shape()[0], features}))
	return affine(h, w.normal("w2", features, features, classes), w.zeros("b2", 1, classes))
}

func stage(x, filter *G.Node) *G.Node {
	kernel := tensor.Shape(filter.Shape()[2:])
	around := []int{kernel[0] / 2, kernel[1] / 2}
	h := G.Must(G.Rectify(G.Must(G.Conv2d(x, filter, kernel, around, []int{1, 1}, []int{1, 1}))))
	return G.Must(G.MaxPool2D(h, tensor.Shape{2, 2}, []int{0, 0}, []int{2, 2}))
}
