package adopt_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/adopt"
	"github.com/gokfac/gokfac/kfac"
)

// BenchmarkStep is a step of a 784-256-10 network at batch 128 in float32: the user's machine with
// gorgonia's Adam, the same with K-FAC's solver, and without the machine.
func BenchmarkStep(b *testing.B) {
	const n = 128
	rng := rand.New(rand.NewPCG(1, 1))
	single := func(v *tensor.Dense) *tensor.Dense {
		x := make([]float32, v.DataSize())
		for i, e := range v.Float64s() {
			x[i] = float32(e)
		}
		return tensor.New(tensor.WithShape(v.Shape()...), tensor.WithBacking(x))
	}
	build := func() *program {
		g := G.NewGraph()
		p := &program{x: G.NewMatrix(g, G.Float32, G.WithShape(n, 784), G.WithName("x")), y: G.NewMatrix(g, G.Float32, G.WithShape(n, 10), G.WithName("y"))}
		weight := func(name string, shape ...int) *G.Node {
			return G.NewMatrix(g, G.Float32, G.WithShape(shape...), G.WithName(name), G.WithInit(G.GlorotN(1)))
		}
		w0, w1 := weight("w0", 784, 256), weight("w1", 256, 10)
		h := G.Must(G.Rectify(G.Must(G.Mul(p.x, w0))))
		p.out = G.Must(G.SoftMax(G.Must(G.Mul(h, w1))))
		p.cost = G.Must(G.Neg(G.Must(G.Mean(G.Must(G.HadamardProd(G.Must(G.Log(p.out)), p.y))))))
		p.learnables = G.Nodes{w0, w1}
		p.compile(b)
		y, _ := oneHot(rng, n, 10)
		require.NoError(b, G.Let(p.x, single(draw(rng, n, 784))))
		require.NoError(b, G.Let(p.y, single(y)))
		return p
	}
	steps := func(b *testing.B, p *program, s G.Solver) {
		for b.Loop() {
			require.NoError(b, p.vm.RunAll())
			require.NoError(b, s.Step(G.NodesToValueGrads(p.learnables)))
			p.vm.Reset()
		}
	}
	b.Run("machine, gorgonia's Adam", func(b *testing.B) { steps(b, build(), G.NewAdamSolver()) })
	adopted := func(b *testing.B, cfg kfac.Config) (*program, *adopt.Graph, *kfac.Optimizer) {
		p := build()
		a, err := adopt.New(p.cost, p.learnables, adopt.Config{Outputs: []adopt.Output{{Node: p.out}}})
		require.NoError(b, err)
		o, err := kfac.New(cfg)
		require.NoError(b, err)
		return p, a, o
	}
	for name, cfg := range map[string]kfac.Config{"fixed": {Mode: kfac.Fixed}, "adaptive": {}} {
		b.Run("machine, K-FAC "+name, func(b *testing.B) {
			p, a, o := adopted(b, cfg)
			steps(b, p, a.Solver(o))
		})
		b.Run("no machine, K-FAC "+name, func(b *testing.B) {
			_, a, o := adopted(b, cfg)
			for b.Loop() {
				obj, err := a.Batch()
				require.NoError(b, err)
				_, err = o.Step(obj)
				require.NoError(b, err)
			}
		})
	}
}
