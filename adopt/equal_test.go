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
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// program is a gorgonia program: a graph, its machine and the memory of its inputs.
type program struct {
	x, y       *G.Node
	cost, out  *G.Node
	learnables G.Nodes
	vm         G.VM
}

func matrix(g *G.ExprGraph, name string, rng *rand.Rand, shape ...int) *G.Node {
	v := tensor.New(tensor.WithShape(shape...), tensor.Of(tensor.Float64))
	for i := range v.Float64s() {
		v.Float64s()[i] = rng.NormFloat64() / math.Sqrt(float64(shape[0]))
	}
	return G.NewTensor(g, G.Float64, len(shape), G.WithShape(shape...), G.WithName(name), G.WithValue(v))
}

// mlp is a gorgonia program in the style of its examples.
func mlp(t testing.TB, examples int, rng *rand.Rand) *program {
	g := G.NewGraph()
	p := &program{
		x: G.NewMatrix(g, G.Float64, G.WithShape(examples, 7), G.WithName("x")),
		y: G.NewMatrix(g, G.Float64, G.WithShape(examples, 3), G.WithName("y")),
	}
	w0, b0 := matrix(g, "w0", rng, 7, 6), matrix(g, "b0", rng, 6)
	w1, b1 := matrix(g, "w1", rng, 6, 3), matrix(g, "b1", rng, 1, 3)
	h := G.Must(G.Tanh(G.Must(G.BroadcastAdd(G.Must(G.Mul(p.x, w0)), b0, nil, []byte{0}))))
	p.out = G.Must(G.SoftMax(G.Must(G.BroadcastAdd(G.Must(G.Mul(h, w1)), b1, nil, []byte{0}))))
	p.cost = G.Must(G.Neg(G.Must(G.Mean(G.Must(G.HadamardProd(G.Must(G.Log(p.out)), p.y))))))
	p.learnables = G.Nodes{w0, b0, w1, b1}
	p.compile(t)
	return p
}

func (p *program) compile(t testing.TB) {
	_, err := G.Grad(p.cost, p.learnables...)
	require.NoError(t, err)
	p.vm = G.NewTapeMachine(p.cost.Graph(), G.BindDualValues(p.learnables...))
}

func (p *program) step(t testing.TB, x, y *tensor.Dense, s G.Solver) {
	require.NoError(t, G.Let(p.x, x))
	require.NoError(t, G.Let(p.y, y))
	require.NoError(t, p.vm.RunAll())
	require.NoError(t, s.Step(G.NodesToValueGrads(p.learnables)))
	p.vm.Reset()
}

func draw(rng *rand.Rand, shape ...int) *tensor.Dense {
	v := tensor.New(tensor.WithShape(shape...), tensor.Of(tensor.Float64))
	for i := range v.Float64s() {
		v.Float64s()[i] = rng.NormFloat64()
	}
	return v
}

func oneHot(rng *rand.Rand, n, classes int) (rows, labels *tensor.Dense) {
	rows, labels = tensor.New(tensor.WithShape(n, classes), tensor.Of(tensor.Float64)), tensor.New(tensor.WithShape(n), tensor.Of(tensor.Float64))
	for i := range n {
		c := rng.IntN(classes)
		rows.Float64s()[i*classes+c], labels.Float64s()[i] = 1, float64(c)
	}
	return rows, labels
}

func TestStepsEqualTheNativeModels(t *testing.T) {
	for name, cfg := range map[string]kfac.Config{
		"fixed":    {Mode: kfac.Fixed},
		"adaptive": {Damping: 1},
		"ekfac":    {Mode: kfac.Fixed, Structure: kfac.EKFAC},
	} {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			p := mlp(t, 16, rng)
			a, err := adopt.New(p.cost, p.learnables, adopt.Config{Outputs: []adopt.Output{{Node: p.out}}, Seed: 3})
			require.NoError(t, err)
			t.Log(a.Report())
			assert.InDelta(t, 1.0/3, a.Scale(), 1e-12)

			net := layers.Sequential{&layers.Dense{Units: 6}, layers.Tanh(), &layers.Dense{Units: 3}}
			native, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{7}, DType: graph.Float64, Seed: 3})
			require.NoError(t, err)
			for i, n := range p.learnables {
				copy(native.Params()[i].Value.Float64s(), n.Value().(*tensor.Dense).Float64s())
			}
			one, err := kfac.New(cfg)
			require.NoError(t, err)
			two, err := kfac.New(cfg)
			require.NoError(t, err)
			solver := a.Solver(one)
			for range 20 {
				x := draw(rng, 16, 7)
				y, labels := oneHot(rng, 16, 3)
				obj, err := native.Batch(x, labels)
				require.NoError(t, err)
				h, err := two.Step(obj)
				require.NoError(t, err)
				p.step(t, x, y, solver)
				assert.InDelta(t, h, solver.Loss(), 1e-9)
				for i, n := range p.learnables {
					assert.InDeltaSlice(t, native.Params()[i].Value.Float64s(), n.Value().(*tensor.Dense).Float64s(), 1e-9)
				}
			}
		})
	}
}
