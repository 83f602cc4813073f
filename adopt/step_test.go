package adopt_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/adopt"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestStepAllocates: the solver's own part of a step makes small objects only: directions of one tensor, and
// the shapes that gorgonia's tensors copy when they are asked for them. There are 8.
func TestStepAllocates(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	p := mlp(t, 16, rng)
	solver := adopted(t, p, adopt.Config{}).Solver(optimizer(t))
	model := G.NodesToValueGrads(p.learnables)
	for range 12 {
		p.run(t, rng)
		require.NoError(t, solver.Step(model))
	}
	assert.LessOrEqual(t, testing.AllocsPerRun(40, func() { require.NoError(t, solver.Step(model)) }), 20.0)
}

// TestFloat32: the same steps as the native model's, to float32's digits.
func TestFloat32(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n = 16
	g := G.NewGraph()
	single := func(v *tensor.Dense) *tensor.Dense {
		x := make([]float32, v.DataSize())
		for i, e := range v.Float64s() {
			x[i] = float32(e)
		}
		return tensor.New(tensor.WithShape(v.Shape()...), tensor.WithBacking(x))
	}
	p := &program{x: G.NewMatrix(g, G.Float32, G.WithShape(n, 5), G.WithName("x")), y: G.NewMatrix(g, G.Float32, G.WithShape(n, 3), G.WithName("y"))}
	w0 := G.NewMatrix(g, G.Float32, G.WithShape(5, 6), G.WithName("w0"), G.WithValue(single(draw(rng, 5, 6))))
	w1 := G.NewMatrix(g, G.Float32, G.WithShape(6, 3), G.WithName("w1"), G.WithValue(single(draw(rng, 6, 3))))
	p.out = G.Must(G.SoftMax(G.Must(G.Mul(G.Must(G.Tanh(G.Must(G.Mul(p.x, w0)))), w1))))
	p.cost = G.Must(G.Neg(G.Must(G.Mean(G.Must(G.HadamardProd(G.Must(G.Log(p.out)), p.y))))))
	p.learnables = G.Nodes{w0, w1}
	p.compile(t)
	a := adopted(t, p, adopt.Config{Seed: 4})
	net := layers.Sequential{&layers.Dense{Units: 6, NoBias: true}, layers.Tanh(), &layers.Dense{Units: 3, NoBias: true}}
	native, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{5}, Seed: 4})
	require.NoError(t, err)
	for i, l := range p.learnables {
		copy(native.Params()[i].Value.Float32s(), l.Value().(*tensor.Dense).Float32s())
	}
	solver, other := a.Solver(optimizer(t)), optimizer(t)
	for range 10 {
		x := draw(rng, n, 5)
		y, labels := oneHot(rng, n, 3)
		p.step(t, single(x), single(y), solver)
		obj, err := native.Batch(x, labels)
		require.NoError(t, err)
		_, err = other.Step(obj)
		require.NoError(t, err)
		for i, l := range p.learnables {
			// A step is some 0.1, with six digits.
			assert.InDeltaSlice(t, native.Params()[i].Value.Float32s(), l.Value().(*tensor.Dense).Float32s(), 1e-4)
		}
	}
}
