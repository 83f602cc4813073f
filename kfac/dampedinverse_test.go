package kfac

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// leaf is the order below which internal/cholesky does not recurse.
const leaf = 32

func TestInverse(t *testing.T) {
	r, w := random(1), newWorkspace()
	for _, n := range []int{1, 2, 17, leaf, leaf + 1, 3*leaf + 5} {
		f := covariance(r, n, 3*n)
		before := slices.Clone(f.mean)
		d := newDampedInverse(f)
		d.damping = 0.1
		job := d.decomposition()
		assert.Equal(t, n, job.order)
		job.run(w)
		require.True(t, job.ok)
		assert.Zero(t, job.retries)
		m := plus(dense(f.mean, n), 0.1)
		var want mat.Dense
		require.NoError(t, want.Inverse(m))
		closeTo(t, want.RawMatrix().Data, d.inverse, 1e-12, "n = %d", n)
		assert.InEpsilon(t, cond1(t, m), d.condition, 1e-11)
		assert.Equal(t, before, f.mean, "damping goes into a copy")
		for i := range n {
			for j := range i {
				require.Equal(t, d.inverse[i*n+j], d.inverse[j*n+i])
			}
		}
	}
}

// TestSingularFactor: dead units and duplicated inputs make factors singular;
// damping alone must carry them.
func TestSingularFactor(t *testing.T) {
	f := newFactor[float32](3)
	copy(f.mean, []float32{1, 1, 0, 1, 1, 0, 0, 0, 0})
	d := newDampedInverse(f)
	d.damping = 1e-3
	carryOut(t, []*Decomposition{d.decomposition()})
	assert.InDelta(t, 1e3, d.inverse[8], 1e-3)
	assert.InEpsilon(t, 2.001/1e-3, d.condition, 1e-6)
}

// TestKroneckerInverse writes (A+πγI) ⊗ (G+γ/π I) out and solves with it.
func TestKroneckerInverse(t *testing.T) {
	const gamma = 0.3
	for seed, m := range []affine{
		{in: 5, out: 4}, {in: 5, out: 4, bias: true}, {in: 1, out: 1, bias: true}, {in: 3, out: 6, bias: true, locations: 3}, {in: 4, out: 1, locations: 2},
	} {
		n := newNetwork[float64](t, uint64(seed), 30, m)
		b := newKronecker[float64](n.layers[0])
		n.measure(t, b)
		v := inverseOf(t, b, gamma)
		a, g := dampedPair(n, 0, gamma)
		closeTo(t, denseSolve(t, kron(a, g), n.flat(n.grad.Direction)), n.solved(v), 1e-10)
		assert.InEpsilon(t, cond1(t, a)*cond1(t, g), v.Condition(), 1e-10)
	}
}

// TestFactorFraction: τ1 measures the leading examples alone, with the scale of
// a mini-batch of that size.
func TestFactorFraction(t *testing.T) {
	const examples = 8
	for fraction, leading := range map[float64]int{0.25: 2, 0.5: 4, 0.51: 5, 0.01: 1, 0.99: 8, 1: 8} {
		n := newNetwork[float64](t, 3, examples, affine{in: 3, out: 2, bias: true}, affine{in: 3, out: 2, bias: true, locations: 3})
		for i, l := range n.layers {
			p := n.pass(true, fraction)
			got, rows := p.rows(n.grad.Taps[i])
			assert.Equal(t, leading, got, "τ1 = %g", fraction)
			assert.Equal(t, leading*(1+2*i), rows)
			b := newKronecker[float64](l)
			require.True(t, b.Accumulate(p))
			b.Fold(0)
			a, g := factorsOf(n, i, leading)
			assert.True(t, mat.EqualApprox(a, dense(b.a.mean, l.rows), 1e-13))
			assert.True(t, mat.EqualApprox(g, dense(b.g.mean, l.out), 1e-13))
		}
	}
}

// TestKroneckerPasses: A is taken from the first pass of a mini-batch, G summed
// over all, and a pass without taps is none.
func TestKroneckerPasses(t *testing.T) {
	n := newNetwork[float64](t, 4, 6, affine{in: 3, out: 2, bias: true})
	b := newKronecker[float64](n.layers[0])
	a, g1 := factorsOf(n, 0, 6)
	require.True(t, b.Accumulate(n.pass(true, 1)))
	redraw[float64](random(5), n.grad.Taps[0])
	_, g2 := factorsOf(n, 0, 6)
	n.grad.Taps[0].A.Float64s()[0] = 1e9 // not looked at again
	require.True(t, b.Accumulate(n.pass(false, 1)))
	require.True(t, b.Accumulate(&Pass{CurvaturePass: new(graph.CurvaturePass)}))
	b.Fold(0)
	assert.True(t, mat.EqualApprox(a, dense(b.a.mean, 4), 1e-13))
	g1.Add(g1, g2)
	assert.True(t, mat.EqualApprox(g1, dense(b.g.mean, 2), 1e-13))
}
