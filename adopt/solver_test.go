package adopt_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/adopt"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

func adopted(t testing.TB, p *program, cfg adopt.Config) *adopt.Graph {
	cfg.Outputs = []adopt.Output{{Node: p.out}}
	a, err := adopt.New(p.cost, p.learnables, cfg)
	require.NoError(t, err)
	return a
}

func optimizer(t testing.TB) *kfac.Optimizer {
	o, err := kfac.New(kfac.Config{Mode: kfac.Fixed})
	require.NoError(t, err)
	return o
}

// run lets the machine compute gradients for new values of the inputs.
func (p *program) run(t testing.TB, rng *rand.Rand) {
	y, _ := oneHot(rng, p.y.Shape()[0], p.y.Shape()[1])
	require.NoError(t, G.Let(p.x, draw(rng, p.x.Shape()...)))
	require.NoError(t, G.Let(p.y, y))
	require.NoError(t, p.vm.RunAll())
	p.vm.Reset()
}

func (p *program) values() (all []float64) {
	for _, n := range p.learnables {
		all = append(all, n.Value().(*tensor.Dense).Float64s()...)
	}
	return all
}

// TestGradientsThatAreNotTheCosts: what gorgonia's traps do to gradients is an error that says so, and
// the learnables keep their values.
func TestGradientsThatAreNotTheCosts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	p := mlp(t, 16, rng)
	solver := adopted(t, p, adopt.Config{}).Solver(optimizer(t))
	before := p.values()
	p.run(t, rng)
	p.run(t, rng) // a machine with BindDualValues adds
	err := solver.Step(G.NodesToValueGrads(p.learnables))
	var wrong *adopt.GradientError
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, before, p.values())

	p = mlp(t, 16, rng)
	solver = adopted(t, p, adopt.Config{}).Solver(optimizer(t))
	p.run(t, rng)
	y := p.y.Value().(*tensor.Dense).Clone().(*tensor.Dense)
	require.NoError(t, p.vm.RunAll()) // the same mini-batch twice
	p.vm.Reset()
	err = solver.Step(G.NodesToValueGrads(p.learnables))
	require.ErrorAs(t, err, &wrong)
	assert.InDelta(t, 2, wrong.Ratio, 1e-9)
	assert.ErrorContains(t, err, "it is 2 times that")
	assert.ErrorContains(t, err, "run several times since the last Step")
	solver.Checks = 0 // on purpose
	require.NoError(t, solver.Step(G.NodesToValueGrads(p.learnables)))
	assert.Equal(t, y.Float64s(), p.y.Value().(*tensor.Dense).Float64s())
	for _, n := range p.learnables {
		g, err := n.Grad()
		require.NoError(t, err)
		assert.Zero(t, graph.Direction{g.(*tensor.Dense)}.Norm(), "gradients are zero after a step")
	}
}

// TestWrongDerivativeOfGorgonias: Log2's rule is wrong in gorgonia 0.9.18.
func TestWrongDerivativeOfGorgonias(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	g := G.NewGraph()
	p := &program{x: G.NewMatrix(g, G.Float64, G.WithShape(8, 4), G.WithName("x")), y: G.NewMatrix(g, G.Float64, G.WithShape(8, 3), G.WithName("y"))}
	w0, w1 := matrix(g, "w0", rng, 4, 5), matrix(g, "w1", rng, 5, 3)
	h := G.Must(G.Log2(G.Must(G.Add(G.Must(G.Square(G.Must(G.Mul(p.x, w0)))), G.NewConstant(1.0)))))
	p.out = G.Must(G.Mul(h, w1))
	p.cost = G.Must(G.Mean(G.Must(G.Square(G.Must(G.Sub(p.out, p.y))))))
	p.learnables = G.Nodes{w0, w1}
	p.compile(t)
	solver := adopted(t, p, adopt.Config{}).Solver(optimizer(t))
	p.run(t, rng)
	err := solver.Step(G.NodesToValueGrads(p.learnables))
	assert.ErrorContains(t, err, "gradient of w0 is not that of the cost")
}

func TestStepRefuses(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	p := mlp(t, 16, rng)
	a := adopted(t, p, adopt.Config{})
	solver := a.Solver(optimizer(t))
	assert.ErrorContains(t, a.Solver(nil).Step(G.NodesToValueGrads(p.learnables)), "no optimizer")
	assert.ErrorContains(t, solver.Step(G.NodesToValueGrads(p.learnables)), "input x: it has no value")
	p.run(t, rng)
	assert.ErrorContains(t, solver.Step(G.NodesToValueGrads(p.learnables[:3])), "learnable b1 is not in the model")
	assert.ErrorContains(t, solver.Step(append(G.NodesToValueGrads(p.learnables), p.x)), "element 4 of the model is none of")
	assert.ErrorContains(t, solver.Step(nil), "learnable w0 is not in the model")
	backwards := G.Nodes{p.learnables[3], p.learnables[1], p.learnables[0], p.learnables[2]}
	assert.NoError(t, solver.Step(G.NodesToValueGrads(backwards)), "any order")

	p.run(t, rng)
	p.learnables[0].Value().(*tensor.Dense).Float64s()[0] = math.NaN()
	before := p.values()
	err := solver.Step(G.NodesToValueGrads(p.learnables))
	var notFinite *graph.NonFiniteError
	require.ErrorAs(t, err, &notFinite)
	assert.Equal(t, before[1:], p.values()[1:])
}

// TestOtherOptimizers: the solver takes any optimizer of this module, with the same steps as the model's
// own gradients give.
func TestOtherOptimizers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	p := mlp(t, 16, rng)
	a := adopted(t, p, adopt.Config{})
	native := adopted(t, p, adopt.Config{})
	adam := func() *trainer.Adam {
		o, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.01})
		require.NoError(t, err)
		return o
	}
	solver, other := a.Solver(adam()), adam()
	for range 5 {
		p.run(t, rng)
		obj, err := native.Batch()
		require.NoError(t, err)
		_, err = other.Step(obj)
		require.NoError(t, err)
		require.NoError(t, solver.Step(G.NodesToValueGrads(p.learnables)))
		var all []float64
		for _, q := range native.Model().Params() {
			all = append(all, q.Value.Float64s()...)
		}
		near(t, all, p.values())
	}
}

// TestModelTrainsWithoutAMachine: the adopted graph is a model for training loops, and predicts for other
// batch sizes than its own.
func TestModelTrainsWithoutAMachine(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	p := mlp(t, 16, rng)
	a := adopted(t, p, adopt.Config{})
	x := draw(rng, 16, 7)
	y, _ := oneHot(rng, 16, 3)
	o := optimizer(t)
	var first, last float64
	for i := range 50 {
		obj, err := a.Model().Batch(x, y)
		require.NoError(t, err)
		last, err = o.Step(obj)
		require.NoError(t, err)
		if i == 0 {
			first = last
		}
	}
	assert.Less(t, last, first/3)
	before := p.values()
	require.NoError(t, a.Store())
	assert.NotEqual(t, before, p.values())
	whole, err := a.Model().Predict(x)
	require.NoError(t, err)
	want := append([]float64{}, whole.Float64s()[:9]...)
	few := tensor.New(tensor.WithShape(3, 7), tensor.WithBacking(x.Float64s()[:21]))
	some, err := a.Model().Predict(few)
	require.NoError(t, err)
	near(t, want, some.Float64s())

	require.NoError(t, G.Let(p.x, x))
	require.NoError(t, G.Let(p.y, y))
	var theirs G.Value
	G.Read(p.out, &theirs)
	vm := G.NewTapeMachine(p.cost.Graph())
	require.NoError(t, vm.RunAll())
	probabilities := append([]float64{}, theirs.(*tensor.Dense).Float64s()...)
	for i, v := range probabilities { // Log has made a LogSoftMax of their SoftMax
		probabilities[i] = math.Exp(v)
	}
	near(t, want, probabilities[:9])
}

// TestNamedDistribution: a cost that is no likelihood has the curvature of the distribution that is named.
func TestNamedDistribution(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	g := G.NewGraph()
	p := &program{x: G.NewMatrix(g, G.Float64, G.WithShape(16, 7), G.WithName("x")), y: G.NewMatrix(g, G.Float64, G.WithShape(16, 3), G.WithName("y"))}
	p.learnables = G.Nodes{matrix(g, "w", rng, 7, 3)}
	p.out = G.Must(G.SoftMax(G.Must(G.Mul(p.x, p.learnables[0]))))
	cost := G.Must(G.Neg(G.Must(G.Mean(G.Must(G.HadamardProd(p.out, p.y)))))) // without the logarithm
	_, err := adopt.New(cost, p.learnables, adopt.Config{Outputs: []adopt.Output{{Node: p.out}}})
	assert.ErrorContains(t, err, "output SoftMax of shape [16 3]: the cost is no multiple of the mean negative log-likelihood of softmax cross-entropy, squared error: name the Distribution")
	a, err := adopt.New(cost, p.learnables, adopt.Config{Outputs: []adopt.Output{{Node: p.out, Distribution: losses.SoftmaxCrossEntropy{}}}})
	require.NoError(t, err)
	assert.Equal(t, 1.0, a.Scale())
	assert.Contains(t, a.Report(), "the cost is something else, taken as it is")
	wrong := G.Must(G.Mean(G.Must(G.HadamardProd(G.Must(G.Log(p.out)), p.y))))
	_, err = adopt.New(wrong, p.learnables, adopt.Config{Outputs: []adopt.Output{{Node: p.out}}})
	assert.ErrorContains(t, err, "its sign is wrong")
}

// TestRefusedGraphs: each names the node and what to do.
func TestRefusedGraphs(t *testing.T) {
	for want, build := range map[string]func(g *G.ExprGraph, h *G.Node) *G.Node{
		"Dropout has a wrong gradient and draws its mask inside the op": func(_ *G.ExprGraph, h *G.Node) *G.Node { return G.Must(G.Dropout(h, 0.5)) },
		"keeps running statistics that a second pass would change": func(g *G.ExprGraph, h *G.Node) *G.Node {
			one := G.NewMatrix(g, G.Float64, G.WithShape(1, 3), G.WithName("one"), G.WithInit(G.Ones()))
			zero := G.NewMatrix(g, G.Float64, G.WithShape(1, 3), G.WithName("zero"), G.WithInit(G.Zeroes()))
			n, _, _, _, err := G.BatchNorm(h, one, zero, 0.9, 1e-5)
			return G.Must(n, err)
		},
		"draws new numbers in each run": func(g *G.ExprGraph, h *G.Node) *G.Node {
			return G.Must(G.Add(h, G.GaussianRandomNode(g, G.Float64, 0, 1, 6, 3)))
		},
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
			cost := G.Must(G.Mean(G.Must(G.Square(G.Must(G.Sub(out, y))))))
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
		"Config.Outputs is empty":    func() (*adopt.Graph, error) { return adopt.New(p.cost, p.learnables, adopt.Config{}) },
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
		"does not depend on the mini-batch of": func() (*adopt.Graph, error) {
			return adopt.New(p.cost, p.learnables, adopt.Config{Outputs: []adopt.Output{{Node: p.learnables[0]}}})
		},
	} {
		t.Run(want, func(t *testing.T) {
			_, err := call()
			assert.ErrorContains(t, err, want)
		})
	}
}
