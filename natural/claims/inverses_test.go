package claims_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// approximations are the matrices of a network that K-FAC's structures are inverses of, each
// as a whole, in the order of the parameters.
type approximations struct {
	kronecker   *mat.SymDense // A_ij ⊗ G_ij in all blocks: MG15's F̃
	diagonal    *mat.SymDense // its blocks on the diagonal: F̆
	tridiagonal *mat.SymDense // its blocks on three diagonals, and such others that the inverse has no more than these: F̂
	at          []int         // first parameter of each layer, and the number of all
}

func approximationsOf(t *testing.T, obj graph.CurvatureObjective) *approximations {
	t.Helper()
	layers := factorsOf(t, obj)
	s := &approximations{at: []int{0}}
	for i, k := range layers {
		s.at = append(s.at, s.at[i]+k.in()*k.out())
	}
	size := s.at[len(layers)]
	whole, own, chain := mat.NewDense(size, size, nil), mat.NewDense(size, size, nil), mat.NewDense(size, size, nil)
	n := float64(obj.Examples())
	for i, k := range layers {
		for j, l := range layers {
			var a, g mat.Dense
			a.Mul(k.inputs.T(), l.inputs)
			a.Scale(1/n, &a)
			g.ReuseAs(k.out(), l.out())
			for pass := range k.gradients {
				var p mat.Dense
				p.Mul(k.gradients[pass].T(), l.gradients[pass])
				g.Add(&g, &p)
			}
			g.Scale(1/n, &g)
			s.part(whole, i, j).Copy(kron(&a, &g))
		}
		s.part(own, i, i).Copy(s.part(whole, i, i))
	}
	for j := range layers {
		s.part(chain, j, j).Copy(s.part(whole, j, j))
		for i := j - 1; i >= 0; i-- { // F̂_ij = F̃_{i,i+1} F̃_{i+1,i+1}⁻¹ F̂_{i+1,j}
			var x mat.Dense
			require.NoError(t, x.Solve(s.part(whole, i+1, i+1), s.part(chain, i+1, j)))
			s.part(chain, i, j).Mul(s.part(whole, i, i+1), &x)
			s.part(chain, j, i).Copy(s.part(chain, i, j).T())
		}
	}
	s.kronecker, s.diagonal, s.tridiagonal = symmetric(whole), symmetric(own), symmetric(chain)
	return s
}

// part is the block of layers i and j.
func (s *approximations) part(m *mat.Dense, i, j int) *mat.Dense {
	return m.Slice(s.at[i], s.at[i+1], s.at[j], s.at[j+1]).(*mat.Dense)
}

// divergence is KL(N(0, m) ‖ N(0, n)) in nats.
func divergence(t *testing.T, m, n *mat.SymDense) float64 {
	t.Helper()
	sum := 0.0
	for _, s := range relative(t, m, n) {
		require.Positive(t, s)
		sum += s - 1 - math.Log(s)
	}
	return sum / 2
}

// Claim: block-diagonal and block-tridiagonal K-FAC are the inverses of two matrices that
// agree with the whole K-FAC Fisher matrix F̃ in these blocks.
//
// In the tridiagonal case the inverse is block-tridiagonal, and the matrix itself couples
// all layers. As the covariance of a Gaussian it is never further from F̃, in KL
// divergence, than the block-diagonal matrix: it is the nearest whose inverse has this
// structure, which the block-diagonal's has, too (MG15 §4.3).
func TestStructuresAgainstTheDenseInverse(t *testing.T) {
	_, obj := deep(t)
	s, g := approximationsOf(t, obj), append([]float64{}, gradient(t, obj)...)
	for structure, m := range map[kfac.Structure]*mat.SymDense{
		kfac.BlockDiagonal: s.diagonal, kfac.BlockTridiagonal: s.tridiagonal, kfac.Full: fisher(t, obj),
	} {
		near(t, solve(t, m, g), preconditioned(t, obj, structure, math.Sqrt(undamped)), 1e-9, structure)
	}
	var inverse mat.Dense
	require.NoError(t, inverse.Inverse(s.tridiagonal))
	assert.Less(t, mat.Norm(s.part(&inverse, 0, 2), 2), 1e-9*mat.Norm(&inverse, 2), "the inverse couples neighbours only")
	assert.Greater(t, mat.Norm(s.part(mat.DenseCopyOf(s.tridiagonal), 0, 2), 2), 0.001*mat.Norm(s.tridiagonal, 2), "the matrix couples all")
	near(t, flatten(s.part(mat.DenseCopyOf(s.kronecker), 0, 1)), flatten(s.part(mat.DenseCopyOf(s.tridiagonal), 0, 1)), 1e-12)

	two, three := divergence(t, s.kronecker, s.diagonal), divergence(t, s.kronecker, s.tridiagonal)
	t.Logf("KL from F̃: block-diagonal %.3f nats, tridiagonal %.3f nats", two, three)
	assert.Less(t, three, two)
	assert.GreaterOrEqual(t, three, 0.0)
}

// share is how much of the fall of ∇hᵀδ + ½δᵀFδ that the natural step brings the best
// multiple of a direction brings.
func share(u, g []float64, f mat.Matrix, natural []float64) float64 {
	along := floats.Dot(g, u)
	return along * along / quadratic(u, f, u) / floats.Dot(g, natural)
}

// How far the structures are from the true Fisher matrix, on a network of 27 parameters,
// at its start and on the way to the optimum: not the distance of matrices, which the
// greatest eigenvalues decide, but what a step is worth. All lose most of the natural
// step's fall near the optimum. Much of it is lost by F̃ already, the products of means,
// and less by the blocks that are left out. No law says that more blocks are better in
// each step, only that they are nearer to F̃.
func TestStructuresAgainstTheTrueFisher(t *testing.T) {
	m, obj := deep(t)
	o := newKFAC(t, kfac.Config{Structure: kfac.BlockDiagonal, Estimator: graph.Exact})
	var mean [4]float64
	const points = 10
	for range points {
		each := worth(t, m, obj)
		t.Logf("share of the natural step's fall: gradient %.3f, block-diagonal %.3f, tridiagonal %.3f, F̃ %.3f", each[0], each[1], each[2], each[3])
		for i, v := range each {
			mean[i] += v / points
		}
		step(t, o, obj)
	}
	t.Logf("mean: %.3f", mean)
	assert.InDeltaSlice(t, []float64{0.10, 0.19, 0.24, 0.26}, mean[:], 0.05)
	assert.IsIncreasing(t, mean[:])
}

// worth are the shares of the gradient, of both structures and of F̃⁻¹∇h.
func worth(t *testing.T, m *trainer.Model, obj trainer.MiniBatch) [4]float64 {
	t.Helper()
	f := fisher(t, obj)
	s, g := approximationsOf(t, obj), append([]float64{}, gradient(t, obj)...)
	natural := solve(t, f, g)
	assert.InDelta(t, 1, share(natural, g, f, natural), 1e-7, "near the optimum F has a condition number of millions")
	return [4]float64{
		share(g, g, f, natural), share(solve(t, s.diagonal, g), g, f, natural),
		share(solve(t, s.tridiagonal, g), g, f, natural), share(solve(t, s.kronecker, g), g, f, natural),
	}
}
