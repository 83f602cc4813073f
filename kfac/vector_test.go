package kfac_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestVectorBlock: K-FAC's block of a Gaussian's log σ that does not depend on the input is the exact Fisher block, which
// products along single parameters enumerate: 2I where the log σ are a branch of their own, whatever the rest of the
// network says, and a full matrix where a layer follows.
func TestVectorBlock(t *testing.T) {
	const n, gamma = 5, 0.3
	for name, net := range map[string]func() layers.Layer{
		"branch": func() layers.Layer {
			return layers.Sequential{&layers.Dense{Units: 3}, layers.Tanh(),
				&layers.Parallel{Branches: []layers.Layer{&layers.Dense{Units: 2}, &layers.Vector{Units: 2, Name: "v", Init: layers.Constant(0.4)}}}}
		},
		"within": func() layers.Layer {
			return layers.Sequential{&layers.Parallel{Join: layers.Sum, Branches: []layers.Layer{&layers.Dense{Units: 3}, &layers.Vector{Units: 3, Name: "v"}}},
				layers.Tanh(), &layers.Dense{Units: 4}}
		},
	} {
		for _, structure := range []kfac.Structure{kfac.LowRank, kfac.BlockDiagonal, kfac.EKFAC} {
			m, err := trainer.NewModel(net(), losses.DiagonalGaussian{}, trainer.ModelConfig{Input: []int{2}, DType: graph.Float64, Seed: 2})
			require.NoError(t, err)
			r := rand.New(rand.NewPCG(1, 2))
			x, y := graph.NewDense(graph.Float64, n, 2), graph.NewDense(graph.Float64, n, 2)
			for i := range x.Float64s() {
				x.Float64s()[i], y.Float64s()[i] = r.NormFloat64(), r.NormFloat64()
			}
			obj, err := m.Batch(x, y)
			require.NoError(t, err)
			pre, err := kfac.NewPreconditioner(kfac.PreconditionerConfig{Structure: structure, Estimator: graph.Exact})
			require.NoError(t, err)
			_, err = pre.Measure(obj, true)
			require.NoError(t, err)
			require.NoError(t, pre.Invert(obj, gamma))
			u := graph.NewDirection(m.Params())
			pre.Apply(u)

			at := -1
			for i, p := range m.Params() {
				if p.Name == "v.value" {
					at = i
				}
			}
			size := m.Params()[at].Size()
			units := make([]graph.Direction, size)
			for i := range units {
				units[i] = graph.NewDirection(m.Params())
				units[i][at].Float64s()[i] = 1
			}
			f, err := obj.Products(0, units...)
			require.NoError(t, err)
			if name == "branch" {
				for i := range size {
					assert.InDelta(t, 2, f.At(i, i), 1e-14)
				}
				assert.Zero(t, f.At(0, 1))
			}
			damped := mat.NewSymDense(size, nil)
			damped.CopySym(f)
			for i := range size {
				damped.SetSym(i, i, f.At(i, i)+gamma*gamma)
			}
			var want mat.VecDense
			require.NoError(t, want.SolveVec(damped, mat.NewVecDense(size, m.Params()[at].Grad.Float64s())))
			assert.InDeltaSlice(t, want.RawVector().Data, u[at].Float64s(), 1e-12, "%s %s", name, structure)
		}
	}
}
