package kfac

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func covariance(r *rand.Rand, n, rows int) *factor[float64] {
	f := newFactor[float64](n)
	g := randomSlice(r, rows*n)
	for i := range g {
		g[i] /= float64(rows)
	}
	f.addGradients(g, rows, rows, true)
	f.fold(0)
	return f
}

func damped(f *factor[float64], damping float64) *mat.Dense {
	d := mat.NewDense(f.n, f.n, append([]float64{}, f.mean...))
	for i := range f.n {
		d.Set(i, i, d.At(i, i)+damping)
	}
	return d
}

func TestInverse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 17, leaf, leaf + 1, 3*leaf + 5} {
		f := covariance(r, n, 3*n)
		before := append([]float64{}, f.mean...)
		retries, ok := f.invert(0.1, new(inverter))
		require.True(t, ok)
		f.accept()
		assert.Zero(t, retries)
		var want mat.Dense
		require.NoError(t, want.Inverse(damped(f, 0.1)))
		assert.True(t, mat.EqualApprox(&want, mat.NewDense(n, n, f.inverse), 1e-11), "n = %d", n)
		assert.Equal(t, before, f.mean, "damping goes into a copy")
	}
}

// TestFailureLadder: an indefinite matrix needs its damping raised; one beyond
// help keeps the inverse that was.
func TestFailureLadder(t *testing.T) {
	f, c := newFactor[float64](2), new(inverter)
	copy(f.mean, []float64{1, 0, 0, -5})
	retries, ok := f.invert(0.01, c)
	require.True(t, ok)
	f.accept()
	assert.Equal(t, 3, retries, "0.01, 0.1 and 1 fail, 10 does not")
	assert.InDeltaSlice(t, []float64{1.0 / 11, 0, 0, 1.0 / 5}, f.inverse, 1e-15)

	good := append([]float64{}, f.inverse...)
	f.mean[3] = -1e12
	_, ok = f.invert(0.01, c)
	assert.False(t, ok)
	assert.Equal(t, good, f.inverse)
	f.mean[3] = math.NaN()
	_, ok = f.invert(0.01, c)
	assert.False(t, ok)
	assert.Equal(t, good, f.inverse)
}

// TestSingularFactor: dead units and duplicated inputs make factors singular;
// damping alone must carry them.
func TestSingularFactor(t *testing.T) {
	f := newFactor[float32](3)
	copy(f.mean, []float32{1, 1, 0, 1, 1, 0, 0, 0, 0})
	retries, ok := f.invert(1e-3, new(inverter))
	require.True(t, ok)
	f.accept()
	assert.Zero(t, retries)
	assert.InDelta(t, 1e3, f.inverse[8], 1e-3)
}

// TestPreconditionedUpdateIsADenseInverse writes (A+πγI) ⊗ (G+γ/π I) out and
// solves with it.
func TestPreconditionedUpdateIsADenseInverse(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 2))
	const rows, out, gamma = 5, 3, 0.3
	b := &kronecker[float64]{rows: rows, in: rows - 1, out: out, a: covariance(r, rows, 20), g: covariance(r, out, 20)}
	_, ok := b.invert(gamma, new(inverter))
	require.True(t, ok)
	v := randomSlice(r, rows*out)
	u, work := make([]float64, rows*out), make([]float64, rows*out)
	sandwich(u, b.a.inverse, v, b.g.inverse, work, rows, out)

	pi := math.Sqrt(mat.Trace(mat.NewDense(rows, rows, b.a.mean)) / rows / (mat.Trace(mat.NewDense(out, out, b.g.mean)) / out))
	var fisher mat.Dense
	fisher.Kronecker(damped(b.a, pi*gamma), damped(b.g, gamma/pi)) // row-major vec(V): A ⊗ G
	var want mat.VecDense
	require.NoError(t, want.SolveVec(&fisher, mat.NewVecDense(rows*out, v)))
	assert.InDeltaSlice(t, want.RawVector().Data, u, 1e-10)
}

// TestInversesArePaired: where one factor fails, both keep their last inverse.
func TestInversesArePaired(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 2))
	b := &kronecker[float64]{rows: 3, in: 2, out: 2, a: covariance(r, 3, 9), g: covariance(r, 2, 9)}
	_, ok := b.invert(0.1, new(inverter))
	require.True(t, ok)
	a, g := append([]float64{}, b.a.inverse...), append([]float64{}, b.g.inverse...)
	b.g.mean[0] = -1e12
	_, ok = b.invert(0.2, new(inverter))
	assert.False(t, ok)
	assert.Equal(t, a, b.a.inverse)
	assert.Equal(t, g, b.g.inverse)
}
