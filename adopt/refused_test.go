package adopt_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/adopt"
	"github.com/gokfac/gokfac/losses"
)

// TestRefusedGraphs: each names the node and what to do.
func TestRefusedGraphs(t *testing.T) {
	for want, build := range map[string]func(g *G.ExprGraph, h *G.Node) *G.Node{
		"keeps running statistics that a second pass would change": func(g *G.ExprGraph, h *G.Node) *G.Node {
			one := G.NewMatrix(g, G.Float64, G.WithShape(1, 3), G.WithName("one"), G.WithInit(G.Ones()))
			zero := G.NewMatrix(g, G.Float64, G.WithShape(1, 3), G.WithName("zero"), G.WithInit(G.Zeroes()))
			n, _, _, _, err := G.BatchNorm(h, one, zero, 0.9, 1e-5)
			return G.Must(n, err)
		},
		"draws new numbers in each run": func(g *G.ExprGraph, h *G.Node) *G.Node {
			return G.Must(G.Add(h, G.GaussianRandomNode(g, G.Float64, 0, 1, 6, 3)))
		},
		"the rows of an example cannot be followed: use Reshape": func(_ *G.ExprGraph, h *G.Node) *G.Node {
			return G.Must(G.Tensordot([]int{0}, []int{0}, h, h))
		},
		"Sparsemax{}() of shape [6 3]: its probabilities sum to 1 over the examples": func(_ *G.ExprGraph, h *G.Node) *G.Node {
			return G.Must(G.Sparsemax(h, 0))
		},
		"normalise by ops": func(g *G.ExprGraph, h *G.Node) *G.Node {
			one := G.NewTensor(g, G.Float64, 4, G.WithShape(1, 3, 1, 1), G.WithName("one"), G.WithInit(G.Ones()))
			zero := G.NewTensor(g, G.Float64, 4, G.WithShape(1, 3, 1, 1), G.WithName("zero"), G.WithInit(G.Zeroes()))
			return G.Must(G.GroupNorm(G.Must(G.Reshape(h, tensor.Shape{6, 3, 1, 1})), one, zero, 1, 1, 1e-5))
		},
		"a weight that is not learned should be a constant": func(g *G.ExprGraph, h *G.Node) *G.Node {
			frozen := G.NewMatrix(g, G.Float64, G.WithShape(6, 3), G.WithName("frozen"))
			return G.Must(G.Mul(h, G.Must(G.Transpose(frozen))))
		},
		"its padding differs between opposite sides": func(_ *G.ExprGraph, h *G.Node) *G.Node {
			p := G.Must(G.MaxPool2D(G.Must(G.Reshape(h, tensor.Shape{6, 1, 3, 1})), tensor.Shape{2, 1}, []int{0, 1, 0, 0}, []int{1, 1}))
			return G.Must(G.Reshape(p, tensor.Shape{6, p.Shape().TotalSize() / 6}))
		},
		"use MaxPool2D":              func(_ *G.ExprGraph, h *G.Node) *G.Node { return G.Must(G.Max(h, 1)) },
		"sum to 1 over the examples": func(_ *G.ExprGraph, h *G.Node) *G.Node { return G.Must(G.SoftMax(h, 0)) },
		"multiplies examples with each other": func(_ *G.ExprGraph, h *G.Node) *G.Node {
			return G.Must(G.Mul(G.Must(G.Mul(h, G.Must(G.Transpose(h)))), h))
		},
		"takes some of the examples": func(_ *G.ExprGraph, h *G.Node) *G.Node {
			part := G.Must(G.Slice(h, G.S(0, 3)))
			return G.Must(G.Concat(0, part, part))
		},
	} {
		t.Run(want, func(t *testing.T) {
			g := G.NewGraph()
			rng := rand.New(rand.NewPCG(1, 2))
			x := G.NewMatrix(g, G.Float64, G.WithShape(6, 4), G.WithName("x"))
			y := G.NewMatrix(g, G.Float64, G.WithShape(6, 3), G.WithName("y"))
			w := matrix(g, "w", rng, 4, 3)
			out := build(g, G.Must(G.Mul(x, w)))
			cost := G.Must(G.Mean(G.Must(G.Square(out))))
			if out.Shape().Eq(y.Shape()) {
				cost = G.Must(G.Mean(G.Must(G.Square(G.Must(G.Sub(out, y))))))
			}
			_, err := adopt.New(cost, G.Nodes{w}, adopt.Config{Outputs: []adopt.Output{{Node: out}}})
			assert.ErrorContains(t, err, want)
		})
	}
}

// TestNewRefuses: arguments that cannot be.
func TestNewRefuses(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	p := mlp(t, 16, rng)
	outputs := []adopt.Output{{Node: p.out}}
	g := p.cost.Graph()
	stray := matrix(g, "stray", rng, 2, 2)
	whole := G.NewMatrix(g, G.Int, G.WithShape(2, 2), G.WithName("whole"))
	for want, call := range map[string]func() (*adopt.Graph, error){
		"the cost is nil":            func() (*adopt.Graph, error) { return adopt.New(nil, p.learnables, adopt.Config{Outputs: outputs}) },
		"the cost has shape (16, 3)": func() (*adopt.Graph, error) { return adopt.New(p.out, p.learnables, adopt.Config{Outputs: outputs}) },
		"there are no learnables":    func() (*adopt.Graph, error) { return adopt.New(p.cost, nil, adopt.Config{Outputs: outputs}) },
		"depends on 0 SoftMax nodes: name the Outputs": func() (*adopt.Graph, error) {
			return adopt.New(G.Must(G.Mean(p.learnables[0])), p.learnables[:1], adopt.Config{})
		},
		"output 1 has no node": func() (*adopt.Graph, error) {
			return adopt.New(p.cost, p.learnables, adopt.Config{Outputs: make([]adopt.Output, 1)})
		},
		"scale -1": func() (*adopt.Graph, error) {
			return adopt.New(p.cost, p.learnables, adopt.Config{Outputs: outputs, Scale: -1})
		},
		"scale NaN": func() (*adopt.Graph, error) {
			return adopt.New(p.cost, p.learnables, adopt.Config{Outputs: outputs, Scale: math.NaN()})
		},
		"learnable 5 is nil": func() (*adopt.Graph, error) {
			return adopt.New(p.cost, append(p.learnables[:4:4], nil), adopt.Config{Outputs: outputs})
		},
		"learnable w0 is listed twice": func() (*adopt.Graph, error) {
			return adopt.New(p.cost, append(p.learnables[:4:4], p.learnables[0]), adopt.Config{Outputs: outputs})
		},
		"depends on learnable stray": func() (*adopt.Graph, error) {
			return adopt.New(p.cost, append(p.learnables[:4:4], stray), adopt.Config{Outputs: outputs})
		},
		"is computed by the graph": func() (*adopt.Graph, error) {
			return adopt.New(p.cost, append(p.learnables[:4:4], p.out), adopt.Config{Outputs: outputs})
		},
		"learnable whole is of type int": func() (*adopt.Graph, error) {
			return adopt.New(p.cost, append(p.learnables[:4:4], whole), adopt.Config{Outputs: outputs})
		},
		"output w0 depends on no input whose first axis has 7 places": func() (*adopt.Graph, error) {
			return adopt.New(p.cost, p.learnables, adopt.Config{Outputs: []adopt.Output{{Node: p.learnables[0]}}})
		},
	} {
		t.Run(want, func(t *testing.T) {
			_, err := call()
			assert.ErrorContains(t, err, want)
		})
	}
}

// TestScaleThatIsAnInput: a factor that is an input has another value tomorrow, so that there is no c to be
// found; of one example the weight of the example is such a factor. What is only added does not matter.
func TestScaleThatIsAnInput(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	g := G.NewGraph()
	x := G.NewMatrix(g, G.Float64, G.WithShape(6, 4), G.WithName("x"))
	y := G.NewMatrix(g, G.Float64, G.WithShape(6, 3), G.WithName("y"))
	factor := G.NewScalar(g, G.Float64, G.WithName("factor"))
	w := matrix(g, "w", rng, 4, 3)
	out := G.Must(G.Mul(x, w))
	mean := G.Must(G.Mean(G.Must(G.Square(G.Must(G.Sub(out, y))))))
	cfg := adopt.Config{Outputs: []adopt.Output{{Node: out}}}
	_, err := adopt.New(G.Must(G.Mul(mean, factor)), G.Nodes{w}, cfg)
	assert.ErrorContains(t, err, "no multiple of the mean negative log-likelihood")
	penalty := G.Must(G.Mul(G.Must(G.Sum(G.Must(G.Square(w)))), factor))
	a, err := adopt.New(G.Must(G.Add(mean, penalty)), G.Nodes{w}, cfg)
	assert.NoError(t, err)
	assert.InDelta(t, 2.0/3, a.Scale(), 1e-9)
}

// TestCosts: which costs are likelihoods.
func TestCosts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	g := G.NewGraph()
	x := G.NewMatrix(g, G.Float64, G.WithShape(6, 4), G.WithName("x"))
	y := G.NewMatrix(g, G.Float64, G.WithShape(6, 3), G.WithName("y"))
	w := matrix(g, "w", rng, 4, 3)
	s := G.NewScalar(g, G.Float64, G.WithName("s"), G.WithValue(0.5))
	z := G.Must(G.Mul(x, w))
	square := G.Must(G.Mean(G.Must(G.Square(G.Must(G.Sub(z, y))))))
	learned := G.Must(G.Add(G.Must(G.Mul(square, G.Must(G.Exp(G.Must(G.Neg(s)))))), s))
	cfg := adopt.Config{Outputs: []adopt.Output{{Node: z}}}
	_, err := adopt.New(learned, G.Nodes{w, s}, cfg)
	assert.ErrorContains(t, err, "no multiple", "a factor that is learned is no constant")

	// Huber's cost with a threshold of 2.5: ½r² up to it, and a line beyond.
	r := G.Must(G.Abs(G.Must(G.Sub(z, y))))
	near := G.Must(G.Lt(r, G.NewConstant(2.5), true))
	far := G.Must(G.Sub(G.NewConstant(1.0), near))
	parabola := G.Must(G.Mul(G.NewConstant(0.5), G.Must(G.Square(r))))
	line := G.Must(G.Sub(G.Must(G.Mul(G.NewConstant(2.5), r)), G.NewConstant(3.125)))
	huber := G.Must(G.Mean(G.Must(G.Add(G.Must(G.HadamardProd(near, parabola)), G.Must(G.HadamardProd(far, line))))))
	_, err = adopt.New(huber, G.Nodes{w}, cfg)
	assert.ErrorContains(t, err, "no multiple")
	cfg.Outputs[0].Distribution = losses.SquaredError{}
	a, err := adopt.New(huber, G.Nodes{w}, cfg)
	assert.NoError(t, err)
	assert.Contains(t, a.Report(), "the cost is something else")

	p := G.Must(G.SoftMax(z))
	safe := G.Must(G.Neg(G.Must(G.Mean(G.Must(G.HadamardProd(G.Must(G.Log(G.Must(G.Add(p, G.NewConstant(1e-8))))), y))))))
	a, err = adopt.New(safe, G.Nodes{w}, adopt.Config{Outputs: []adopt.Output{{Node: p}}})
	assert.NoError(t, err)
	assert.InDelta(t, 1.0/3, a.Scale(), 1e-5)
	a, err = adopt.New(safe, G.Nodes{w}, adopt.Config{Outputs: []adopt.Output{{Node: z, Distribution: losses.SquaredError{}}}, Scale: 2})
	assert.NoError(t, err)
	assert.Contains(t, a.Report(), "the cost is another one, 0.333333 times the mean negative log-likelihood of softmax cross-entropy")
	assert.Contains(t, a.Report(), "gradients are divided by 2, as Config.Scale says")
}
