package kfac

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// fading makes the eigenvalues of A and G fall off: column j of a and g is multiplied by
// (j+1)^−power.
func fading[T graph.Float](n *network[T], power float64) {
	for _, tap := range n.grad.Taps {
		for _, x := range []([]T){graph.Data[T](tap.A), graph.Data[T](tap.G), graph.Data[T](tap.TrueG)} {
			width := len(x) / tap.A.Shape()[0]
			for i := range x {
				x[i] *= T(math.Pow(float64(i%width+1), -power))
			}
		}
	}
}

// form is the inverse that v stands for, written out: of low rank, or (F + dI)⁻¹.
func form[T graph.Float](t testing.TB, v *factorInverse[T]) *mat.Dense {
	t.Helper()
	n, x := v.of.n, mat.NewDense(v.of.n, v.of.n, nil)
	if v.full() {
		require.NoError(t, x.Inverse(plus(dense(v.of.mean, n), v.damping)))
		return x
	}
	b := v.low.basis
	k := 0
	for k < b.Rank() && b.Values[k] > v.damping*leftOut {
		k++
	}
	trace, kept := 0.0, 0.0
	for i := range n {
		trace += float64(v.of.mean[i*n+i])
	}
	for _, s := range b.Values[:k] {
		kept += s
	}
	rest := v.damping + (trace-kept)/float64(n-k)
	for i := range n {
		for j := range n {
			sum := 0.0
			for c := range k {
				sum += float64(b.Vectors[i*b.Rank()+c]) * (1/rest - 1/(b.Values[c]+v.damping)) * float64(b.Vectors[j*b.Rank()+c])
			}
			x.Set(i, j, -sum)
		}
		x.Set(i, i, x.At(i, i)+1/rest)
	}
	return x
}

// TestLowRankApply: whatever form the two inverses have, and whichever way the product is
// taken, U is the product of the matrices written out.
func TestLowRankApply(t *testing.T) {
	for _, m := range []affine{
		{in: 200, out: 150, bias: true}, {in: 200, out: 150}, {in: 140, out: 160, bias: true, locations: 3},
		{in: 200, out: 7, bias: true}, {in: 7, out: 200, bias: true}, {in: 7, out: 6, bias: true},
	} {
		for _, examples := range []int{300, 3} {
			t.Run(fmt.Sprintf("%+v N=%d", m, examples), func(t *testing.T) {
				n := newNetwork[float64](t, 1, examples, m)
				fading(n, 1.2)
				b := newLowRankKronecker[float64](n.layers[0])
				n.measure(t, b)
				if examples == 3 {
					explainGradient(n, 0.5)
				}
				v := inverseOf(t, b, 0.3).(*kroneckerInverse[float64])
				assert.Equal(t, m.in < 100, v.a.full())
				assert.Equal(t, m.out < 100, v.g.full())
				l := n.layers[0]
				var want mat.Dense
				want.Mul(form(t, v.a), mat.NewDense(l.rows, l.out, n.flat(n.grad.Direction)))
				want.Mul(&want, form(t, v.g))
				got := n.solved(v)
				if m.locations == 0 {
					assert.Equal(t, examples == 3, b.examples.inputs != nil, "which way it went")
				}
				closeTo(t, want.RawMatrix().Data, got, 1e-11)
			})
		}
	}
}

// TestLowRankIsExact: with all eigenvectors the inverse is the dense one.
func TestLowRankIsExact(t *testing.T) {
	for _, bias := range []bool{true, false} {
		n := newNetwork[float64](t, 2, 400, affine{in: 150, out: 140, bias: bias})
		fading(n, 0.5)
		b := newLowRankKronecker[float64](n.layers[0])
		b.lowA.most, b.lowG.most = b.a.n, b.g.n
		for _, low := range []*lowRank[float64]{b.lowA, b.lowG} {
			low.basis.Resize(low.of.n)
			for i := range low.basis.Values {
				low.basis.Values[i] = 1 // else the rank would be reduced
			}
		}
		n.measure(t, b)
		const gamma = 1e-4
		v := inverseOf(t, b, gamma).(*kroneckerInverse[float64])
		require.False(t, v.a.full() || v.g.full())
		require.Equal(t, b.a.n, b.lowA.count(v.a.damping), "every eigenvalue is above the damping")
		want := n.solved(inverseOf(t, newKroneckerLike(n, t), gamma))
		closeTo(t, want, n.solved(v), 1e-9)
	}
}

// newKroneckerLike is a block with dense inverses and n's factors.
func newKroneckerLike(n *network[float64], t testing.TB) *kronecker[float64] {
	b := newKronecker[float64](n.layers[0])
	n.measure(t, b)
	return b
}

// TestLowRankBound: eigenvalues of the inverse's product with F + dI are within 1/1.3 and 1.3,
// up to the convergence of the last eigenvectors.
func TestLowRankBound(t *testing.T) {
	for _, power := range []float64{0.5, 1, 2} {
		n := newNetwork[float64](t, 3, 500, affine{in: 160, out: 130})
		fading(n, power)
		b := newLowRankKronecker[float64](n.layers[0])
		n.measure(t, b)
		for _, gamma := range []float64{3, 0.3, 0.1} {
			v := inverseOf(t, b, gamma).(*kroneckerInverse[float64])
			for _, side := range []*factorInverse[float64]{v.a, v.g} {
				if side.full() {
					continue
				}
				m := plus(dense(side.of.mean, side.of.n), side.damping)
				lo, hi := between(t, m, form(t, side))
				assert.GreaterOrEqual(t, lo, 1/(1+leftOut)*0.97, "power %g, γ = %g", power, gamma)
				assert.LessOrEqual(t, hi, (1+leftOut)*1.03, "power %g, γ = %g", power, gamma)
			}
		}
	}
}

// between returns the least and the greatest eigenvalue of XM, for symmetric X and M.
func between(t testing.TB, m, x *mat.Dense) (lo, hi float64) {
	n, _ := m.Dims()
	var l mat.Cholesky
	require.True(t, l.Factorize(mat.NewSymDense(n, m.RawMatrix().Data)))
	var lower mat.TriDense
	l.LTo(&lower)
	var y mat.Dense
	y.Mul(lower.T(), x)
	y.Mul(&y, &lower)
	for i := range n {
		for j := range i {
			y.Set(j, i, y.At(i, j))
		}
	}
	var e mat.EigenSym
	require.True(t, e.Factorize(mat.NewSymDense(n, y.RawMatrix().Data), false))
	values := e.Values(nil)
	return values[0], values[n-1]
}

// TestLowRankChoice: the form follows the damping, in both directions. Another γ costs no
// decomposition if the basis has its eigenvectors. A damping that asks for too many is dense,
// and its equal is not tried again.
func TestLowRankChoice(t *testing.T) {
	n := newNetwork[float64](t, 4, 500, affine{in: 200, out: 160, bias: true})
	fading(n, 1)
	b := newLowRankKronecker[float64](n.layers[0])
	n.measure(t, b)
	v := b.NewInverse().(*kroneckerInverse[float64])

	carryOut(t, v.Prepare(1))
	require.False(t, v.a.full() || v.g.full())
	assert.Empty(t, v.Prepare(2), "less is asked for")
	few := b.lowA.count(v.a.damping)
	carryOut(t, v.Prepare(0.1))
	require.False(t, v.a.full() || v.g.full())
	assert.Greater(t, b.lowA.count(v.a.damping), few)
	condition := v.Condition()

	carryOut(t, v.Prepare(1e-6))
	require.True(t, v.a.full() && v.g.full())
	closeTo(t, n.solved(inverseOf(t, newKroneckerLike(n, t), 1e-6)), n.solved(v), 1e-10)
	assert.Greater(t, v.Condition(), condition)
	refused := b.lowA.refused
	assert.Equal(t, v.a.damping, refused)

	n.measure(t, b)
	rank := b.lowA.basis.Rank()
	carryOut(t, v.Prepare(1e-6))
	assert.Equal(t, rank, b.lowA.basis.Rank(), "it is not tried again")
	carryOut(t, v.Prepare(1))
	assert.False(t, v.a.full() || v.g.full(), "a greater damping is")

	v.a.damping = 1 // a dense inverse that needs few eigenvectors says so
	b.lowA.refused = 1
	n.measure(t, b)
	require.True(t, v.a.try(1, newWorkspace()))
	assert.True(t, v.a.full())
	assert.Zero(t, b.lowA.refused)
}

// TestLowRankInSingle: eigenvalues of the size of the damping that are within the rounding of
// float32 are left to the dense inverse.
func TestLowRankInSingle(t *testing.T) {
	n := newNetwork[float32](t, 7, 400, affine{in: 200, out: 160, bias: true})
	fading(n, 1)
	b := newLowRankKronecker[float32](n.layers[0])
	for i := range b.a.n { // one great eigenvalue, and equal small ones
		b.a.mean[i*b.a.n+i] = 1
	}
	b.a.mean[0], b.a.folds = 1e7, 1
	v := newFactorInverse(b.a, b.lowA)
	carryOut(t, v.prepare(20, nil))
	assert.True(t, v.full())
	carryOut(t, v.prepare(2000, nil))
	assert.False(t, v.full())
}

// TestLowRankStopped: an inversion that is interrupted leaves the inverse in use as it was.
func TestLowRankStopped(t *testing.T) {
	n := newNetwork[float64](t, 9, 300, affine{in: 200, out: 150, bias: true})
	fading(n, 1)
	b := newLowRankKronecker[float64](n.layers[0])
	n.measure(t, b)
	v := inverseOf(t, b, 0.3)
	before := append([]float64{}, n.solved(v)...)
	b.Fold(0.5)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := newWorkspace()
	w.stopWith(ctx)
	for _, j := range b.NewInverse().Prepare(0.3) {
		j.run(w)
		assert.False(t, j.ok)
	}
	assert.Equal(t, before, n.solved(v))
}
