package kfac

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// bases are maps with one location for each example, and with several.
var bases = []affine{
	{in: 4, out: 3}, {in: 4, out: 3, bias: true}, {in: 1, out: 1, bias: true}, {in: 2, out: 5, bias: true, locations: 3}, {in: 5, out: 2, locations: 2},
}

// based is an EKFAC block whose s was measured in the basis of the same
// mini-batch's factors, as at an optimizer's first step.
func based(t *testing.T, n *network[float64], fraction float64) *ekfac[float64] {
	t.Helper()
	b := newEKFAC[float64](n.layers[0])
	require.True(t, b.Accumulate(n.pass(true, fraction)))
	b.Fold(0)
	carryOut(t, b.rebase())
	require.True(t, b.project(n.pass(true, fraction)))
	b.foldScales(0)
	return b
}

// basis is U_A ⊗ U_G.
func basis(b *ekfac[float64]) *mat.Dense {
	return kron(mat.NewDense(b.rows, b.rows, b.ua), mat.NewDense(b.out, b.out, b.ug))
}

// inBasis is U diag(s) Uᵀ.
func inBasis(u *mat.Dense, s []float64) *mat.Dense {
	var f mat.Dense
	f.Product(u, mat.NewDiagDense(len(s), s), u.T())
	return &f
}

// TestEigenbasis: U_A and U_G are orthogonal and diagonalise A and G.
func TestEigenbasis(t *testing.T) {
	for seed, m := range bases {
		n := newNetwork[float64](t, uint64(seed), 9, m)
		b := based(t, n, 1)
		a, g := factorsOf(n, 0, 9)
		for _, side := range []struct {
			m *mat.Dense
			u []float64
		}{{a, b.ua}, {g, b.ug}} {
			size, _ := side.m.Dims()
			u := mat.NewDense(size, size, side.u)
			var one, d mat.Dense
			one.Mul(u.T(), u)
			assert.True(t, mat.EqualApprox(plus(mat.NewDense(size, size, nil), 1), &one, 1e-13))
			d.Product(u.T(), side.m, u)
			for i := range size {
				for j := range i {
					assert.InDelta(t, 0, d.At(i, j), 1e-12)
				}
			}
		}
	}
}

// TestScalesAreProjectedExamples: s is the mean square of every example's own
// gradient, a sum over its locations, in the eigenbasis.
func TestScalesAreProjectedExamples(t *testing.T) {
	for seed, m := range bases {
		for fraction, leading := range map[float64]int{1: 9, 0.4: 4} {
			n := newNetwork[float64](t, uint64(seed), 9, m)
			b := based(t, n, fraction)
			var p mat.Dense
			p.Mul(n.perExample(leading), basis(b))
			f := secondMoment(&p)
			closeTo(t, diagonalOf(f), b.s, 1e-12)
		}
	}
}

// TestFrobeniusError: no other diagonal in that basis is as near to the block
// as the examples' own, K-FAC's products of eigenvalues in particular.
func TestFrobeniusError(t *testing.T) {
	for seed, m := range bases {
		n := newNetwork[float64](t, uint64(seed), 9, m)
		b := based(t, n, 1)
		f := secondMoment(n.perExample(9))
		a, g := factorsOf(n, 0, 9)
		off := func(approximation *mat.Dense) float64 {
			var d mat.Dense
			d.Sub(f, approximation)
			return mat.Norm(&d, 2)
		}
		ekfac, kfac := off(inBasis(basis(b), b.s)), off(kron(a, g))
		assert.LessOrEqual(t, ekfac, kfac*(1+1e-12))
		if len(b.s) > 2 {
			assert.Less(t, ekfac, 0.99*kfac, "%+v", m)
		}
		for i := range b.s {
			other := slices.Clone(b.s)
			other[i] *= 1.01
			assert.Less(t, ekfac, off(inBasis(basis(b), other)))
		}
	}
}

// TestEKFACIsADenseInverse: apply is (U diag(s) Uᵀ + γ²I)⁻¹, with the s of the
// moment.
func TestEKFACIsADenseInverse(t *testing.T) {
	const gamma = 0.3
	for seed, m := range bases {
		n := newNetwork[float64](t, uint64(seed), 9, m)
		b := based(t, n, 1)
		v := inverseOf(t, b, gamma)
		for range 2 {
			f := plus(inBasis(basis(b), b.s), gamma*gamma)
			closeTo(t, denseSolve(t, f, n.flat(n.grad.Direction)), n.solved(v), 1e-10)
			lo, hi := slices.Min(b.s), slices.Max(b.s)
			assert.InEpsilon(t, (hi+gamma*gamma)/(lo+gamma*gamma), v.Condition(), 1e-14)
			redraw[float64](random(99), n.grad.Taps[0])
			require.True(t, b.Accumulate(n.pass(true, 1)))
			b.Fold(0.5)
		}
	}
}

// TestScalesBeginAnewWithABasis: what was measured in another basis is gone,
// and the average over the new one's mini-batches is plain at first.
func TestScalesBeginAnewWithABasis(t *testing.T) {
	n := newNetwork[float64](t, 1, 9, affine{in: 4, out: 3, bias: true})
	b := based(t, n, 1)
	for i := range 10 {
		redraw[float64](random(uint64(i)), n.grad.Taps[0])
		require.True(t, b.Accumulate(n.pass(true, 1)))
		b.Fold(0.9)
	}
	assert.Equal(t, 11, b.seen)
	for i := range b.s {
		b.s[i] = 1e9 // of the basis that was
	}
	carryOut(t, b.rebase())
	u := basis(b)
	var mean mat.Dense
	const rounds = 4
	for i := range rounds {
		redraw[float64](random(uint64(100+i)), n.grad.Taps[0])
		var p mat.Dense
		p.Mul(n.perExample(9), u)
		f := secondMoment(&p)
		f.Scale(1.0/rounds, f)
		if i == 0 {
			require.True(t, b.project(n.pass(true, 1)))
			b.foldScales(0)
			mean.CloneFrom(f)
		} else {
			require.True(t, b.Accumulate(n.pass(true, 1)))
			b.Fold(0.9)
			mean.Add(&mean, f)
		}
	}
	closeTo(t, diagonalOf(&mean), b.s, 1e-12)
}

// TestScalesAddUpOverPasses as G does.
func TestScalesAddUpOverPasses(t *testing.T) {
	for seed, m := range bases {
		n := newNetwork[float64](t, uint64(seed), 6, m)
		b := based(t, n, 1)
		var p mat.Dense
		p.Mul(n.perExample(6), basis(b))
		want := secondMoment(&p)
		require.True(t, b.project(n.pass(true, 1)))
		redraw[float64](random(5), n.grad.Taps[0])
		p.Mul(n.perExample(6), basis(b))
		want.Add(want, secondMoment(&p))
		require.True(t, b.project(n.pass(false, 1)))
		b.seen = 0
		b.foldScales(0)
		closeTo(t, diagonalOf(want), b.s, 1e-12)
	}
}

// TestNoDecomposition: factors beyond help leave the basis alone.
func TestNoDecomposition(t *testing.T) {
	n := newNetwork[float64](t, 1, 9, affine{in: 4, out: 3})
	b := based(t, n, 1)
	ua, ug := slices.Clone(b.ua), slices.Clone(b.ug)
	b.a.mean[4], b.g.mean[0] = math.NaN(), math.Inf(1)
	w := newWorkspace()
	for _, j := range b.rebase() {
		j.run(w)
		assert.False(t, j.ok)
	}
	assert.Equal(t, ua, b.ua)
	assert.Equal(t, ug, b.ug)
}
