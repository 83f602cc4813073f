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

// TestWithoutReset: RunAll without a Reset before it computes nothing, and says nothing. The gradients are those that Step
// has set to zero.
func TestWithoutReset(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	p := mlp(t, 16, rng)
	solver := adopted(t, p, adopt.Config{}).Solver(optimizer(t))
	y, _ := oneHot(rng, p.y.Shape()[0], p.y.Shape()[1])
	require.NoError(t, G.Let(p.x, draw(rng, p.x.Shape()...)))
	require.NoError(t, G.Let(p.y, y))
	require.NoError(t, p.vm.RunAll())
	require.NoError(t, solver.Step(G.NodesToValueGrads(p.learnables)))
	require.NoError(t, p.vm.RunAll())
	err := solver.Step(G.NodesToValueGrads(p.learnables))
	assert.ErrorContains(t, err, "it is 0. The machine has probably not run since the last Step: RunAll does nothing unless Reset came before it")
}

// TestOutputLeftOut: with Outputs by default a second head is none, and the report asks for it.
func TestOutputLeftOut(t *testing.T) {
	p := twoHeads(t, rand.New(rand.NewPCG(1, 2)), false).program
	a, err := adopt.New(p.cost, p.learnables, adopt.Config{})
	require.NoError(t, err)
	assert.Contains(t, a.Report(), "w2  no map, diagonal of the Fisher matrix: the outputs do not depend on it, so that its diagonal is 0")
	assert.Contains(t, a.Report(), "does the cost have an output that Config.Outputs lacks?")
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

// TestDropout: gorgonia's machine has a wrong gradient of it, and no step is taken on that. Without the
// machine the masks are this module's.
func TestDropout(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	g := G.NewGraph()
	p := &program{x: G.NewMatrix(g, G.Float64, G.WithShape(64, 5), G.WithName("x")), y: G.NewMatrix(g, G.Float64, G.WithShape(64, 2), G.WithName("y"))}
	p.learnables = G.Nodes{matrix(g, "w0", rng, 5, 20), matrix(g, "w1", rng, 20, 2)}
	h := G.Must(G.Dropout(G.Must(G.Tanh(G.Must(G.Mul(p.x, p.learnables[0])))), 0.2))
	p.out = G.Must(G.SoftMax(G.Must(G.Mul(h, p.learnables[1]))))
	p.cost = G.Must(G.Neg(G.Must(G.Mean(G.Must(G.HadamardProd(G.Must(G.Log(p.out)), p.y))))))
	p.compile(t)
	a, err := adopt.New(p.cost, p.learnables, adopt.Config{})
	require.NoError(t, err)
	assert.Contains(t, a.Report(), "Dropout{training=true}() of shape [64 20]: no solver for gorgonia's machine")
	p.run(t, rng)
	assert.ErrorContains(t, a.Solver(optimizer(t)).Step(G.NodesToValueGrads(p.learnables)), "gorgonia's gradient of Dropout is wrong")
	o := optimizer(t)
	var first, last float64
	for i := range 60 {
		obj, err := a.Batch()
		require.NoError(t, err)
		last, err = o.Step(obj)
		require.NoError(t, err)
		if i == 0 {
			first = last
			again, err := obj.Loss()
			require.NoError(t, err)
			other, err := a.Batch()
			require.NoError(t, err)
			fresh, err := other.Loss()
			require.NoError(t, err)
			assert.NotEqual(t, again, fresh, "new masks for a new mini-batch")
		}
	}
	assert.Less(t, last, first)
	require.NoError(t, a.Store())
	one, err := a.Model().Predict(p.x.Value().(*tensor.Dense))
	require.NoError(t, err)
	before := append([]float64{}, one.Float64s()...)
	two, err := a.Model().Predict(p.x.Value().(*tensor.Dense))
	require.NoError(t, err)
	assert.Equal(t, before, two.Float64s(), "no masks in predictions")
}

// TestFurtherInputs: a mask of the user's own, and an input without examples, are read anew in each step;
// observers see the activations.
func TestFurtherInputs(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	g := G.NewGraph()
	p := &program{x: G.NewMatrix(g, G.Float64, G.WithShape(8, 5), G.WithName("x")), y: G.NewMatrix(g, G.Float64, G.WithShape(8, 2), G.WithName("y"))}
	mask := G.NewMatrix(g, G.Float64, G.WithShape(8, 4), G.WithName("mask"))
	gain := G.NewScalar(g, G.Float64, G.WithName("gain"), G.WithValue(1.5))
	p.learnables = G.Nodes{matrix(g, "w0", rng, 5, 4), matrix(g, "w1", rng, 4, 2)}
	h := G.Must(G.HadamardProd(G.Must(G.Mul(p.x, p.learnables[0])), mask))
	p.out = G.Must(G.SoftMax(G.Must(G.Mul(G.Must(G.Mul(h, gain)), p.learnables[1]))))
	p.cost = G.Must(G.Neg(G.Must(G.Mean(G.Must(G.HadamardProd(G.Must(G.Log(p.out)), p.y))))))
	p.compile(t)
	a := adopted(t, p, adopt.Config{})
	var seen []float64
	a.Model().Observe(func(pass graph.Pass, taps []*graph.Tap) {
		seen = append([]float64{}, taps[1].A.Float64s()...)
	})
	solver := a.Solver(optimizer(t))
	solver.Checks = 10
	assert.Contains(t, a.Report(), "inputs that are neither learned nor hold examples: gain\n")
	for k := range 4 {
		m := tensor.New(tensor.WithShape(8, 4), tensor.Of(tensor.Float64))
		for i := range m.Float64s() {
			m.Float64s()[i] = float64(rng.IntN(2))
		}
		require.NoError(t, G.Let(mask, m))
		require.NoError(t, G.Let(gain, 1.5+float64(k)))
		w := append([]float64{}, p.learnables[0].Value().(*tensor.Dense).Float64s()...)
		p.run(t, rng)
		require.NoError(t, solver.Step(G.NodesToValueGrads(p.learnables)))
		x := p.x.Value().(*tensor.Dense).Float64s()
		for i := range 8 {
			for j := range 4 {
				s := 0.0
				for l := range 5 {
					s += x[i*5+l] * w[l*4+j]
				}
				assert.InDelta(t, s*m.Float64s()[i*4+j]*(1.5+float64(k)), seen[i*4+j], 1e-12)
			}
		}
	}
}
