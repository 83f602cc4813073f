package kfac

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

func covariance(r *rand.Rand, n, rows int) *factor[float64] {
	f := newFactor[float64](n)
	g := randomSlice(r, rows*n)
	for i := range g {
		g[i] /= float64(rows)
	}
	f.addGradients(g, rows, rows, true)
	f.fold(0)
	f.symmetric()
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

// factoredBlock is a block with random factors, and a gradient of as many
// examples as a and g have rows.
func factoredBlock(r *rand.Rand, in, out, examples int, bias bool) (*kronecker[float64], *graph.Tap) {
	t := &graph.Tap{Name: "tap", Examples: examples, Weight: graph.NewParam("w", graph.Float64, in, out),
		A: graph.NewDense(graph.Float64, examples, in), TrueG: graph.NewDense(graph.Float64, examples, out)}
	copy(t.A.Float64s(), randomSlice(r, examples*in))
	copy(t.TrueG.Float64s(), randomSlice(r, examples*out))
	rows := in
	if bias {
		t.Bias = graph.NewParam("b", graph.Float64, out)
		rows++
	}
	b := newKronecker[float64](t)
	b.a, b.g = covariance(r, rows, 4*rows), covariance(r, out, 4*out)
	return blockOf(b), t
}

// setGradient makes V scale·āᵀg.
func setGradient(t *graph.Tap, scale float64) {
	a, g := t.A.Float64s(), t.TrueG.Float64s()
	in, out := t.A.Shape()[1], t.TrueG.Shape()[1]
	t.Weight.Grad.Zero()
	if t.Bias != nil {
		t.Bias.Grad.Zero()
	}
	for n := range t.Examples {
		for k := range out {
			v := scale * g[n*out+k]
			for i := range in {
				t.Weight.Grad.Float64s()[i*out+k] += a[n*in+i] * v
			}
			if t.Bias != nil {
				t.Bias.Grad.Float64s()[k] += v
			}
		}
	}
}

func invertBlock(b *kronecker[float64], gamma float64) bool {
	for i := range b.inversions(gamma) {
		newInverters().one(&b.pending[i])
	}
	_, ok := b.renew()
	return ok
}

// TestPreconditionedUpdateIsADenseInverse writes (A+πγI) ⊗ (G+γ/π I) out and
// solves with it, for gradients of few examples and of many.
func TestPreconditionedUpdateIsADenseInverse(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 2))
	const in, out, gamma = 5, 4, 0.3
	for _, bias := range []bool{false, true} {
		for _, examples := range []int{1, 2, 30} {
			for _, scale := range []float64{1, 0.25} {
				b, tap := factoredBlock(r, in, out, examples, bias)
				require.Equal(t, examples < 30, b.cheaperByExample(examples))
				require.True(t, invertBlock(b, gamma))
				setGradient(tap, scale)
				b.precondition(tap, scale, true)
				assert.Equal(t, examples < 30, b.examples.inputs != nil, "which way it went")

				pi := math.Sqrt(mat.Trace(damped(b.a, 0)) / float64(b.rows) / (mat.Trace(damped(b.g, 0)) / out))
				var fisher mat.Dense
				fisher.Kronecker(damped(b.a, pi*gamma), damped(b.g, gamma/pi)) // row-major vec(V): A ⊗ G
				v, c := b.gradient()
				var want mat.VecDense
				require.NoError(t, want.SolveVec(&fisher, mat.NewVecDense(b.rows*out, append(append([]float64{}, v...), c...))))
				assert.InDeltaSlice(t, want.RawVector().Data, b.u, 1e-10)
			}
		}
	}
}

// TestForeignGradients: a gradient that the tap's examples do not explain is
// preconditioned as it is.
func TestForeignGradients(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 2))
	for name, spoil := range map[string]func(*graph.Tap){
		"another scale":          func(t *graph.Tap) { setGradient(t, 0.9) },
		"a share of the weights": func(t *graph.Tap) { t.Weight.Grad.Float64s()[3] += 0.1 },
		"of the bias":            func(t *graph.Tap) { t.Bias.Grad.Float64s()[1] -= 0.1 },
		"nothing":                func(t *graph.Tap) { setGradient(t, 0) },
		"not a number":           func(t *graph.Tap) { t.TrueG.Float64s()[0] = math.NaN() },
	} {
		b, tap := factoredBlock(r, 6, 5, 2, true)
		require.True(t, invertBlock(b, 0.1))
		setGradient(tap, 1)
		require.True(t, b.examples.explain(b, tap, 1))
		spoil(tap)
		assert.False(t, b.examples.explain(b, tap, 1), name)
		b.precondition(tap, 1, true)
		assert.Nil(t, b.examples.inputs, name)
	}
	b, tap := factoredBlock(r, 6, 5, 2, true)
	require.True(t, invertBlock(b, 0.1))
	setGradient(tap, 1)
	b.precondition(tap, 1, false) // an L2 term is in it
	assert.Nil(t, b.examples.inputs)
}

// TestInversesArePaired: where one factor fails, both keep their last inverse.
func TestInversesArePaired(t *testing.T) {
	b, _ := factoredBlock(rand.New(rand.NewPCG(6, 2)), 2, 2, 1, true)
	require.True(t, invertBlock(b, 0.1))
	a, g := append([]float64{}, b.a.inverse...), append([]float64{}, b.g.inverse...)
	b.g.mean[0] = -1e12
	assert.False(t, invertBlock(b, 0.2))
	assert.Equal(t, a, b.a.inverse)
	assert.Equal(t, g, b.g.inverse)
}

// TestInversionsSideBySide: many factors at once give the bits of one after the
// other, whatever the number of workers.
func TestInversionsSideBySide(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 2))
	var factors []*factor[float64]
	for _, n := range []int{3, 120, 1, 64, 65, 7} {
		factors = append(factors, covariance(r, n, 2*n))
	}
	var want [][]float64
	for _, f := range factors {
		_, ok := f.invert(0.1, new(inverter))
		require.True(t, ok)
		want = append(want, append([]float64{}, f.fresh...))
		clear(f.fresh)
	}
	s := newInverters()
	for _, procs := range []int{1, 2, 5} {
		previous := runtime.GOMAXPROCS(procs)
		jobs := make([]inversion, len(factors))
		s.todo = s.todo[:0]
		for i, f := range factors {
			jobs[i] = inversion{of: f, damping: 0.1}
			s.todo = append(s.todo, &jobs[i])
		}
		s.run()
		runtime.GOMAXPROCS(previous)
		for i, f := range factors {
			assert.True(t, jobs[i].ok)
			assert.Equal(t, want[i], f.fresh)
		}
	}
}
