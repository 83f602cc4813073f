package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/isa"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// formed is A of a window, written out.
func (w *window[T]) formed() *mat.Dense {
	trace := w.share()
	a := mat.NewDense(w.n, w.n, nil)
	for i, c := range w.shares {
		row := mat.NewVecDense(w.n, nil)
		for j := range w.n {
			row.SetVec(j, float64(w.rows[i*w.n+j]))
		}
		var outer mat.Dense
		outer.Outer(c, row, row)
		a.Add(a, &outer)
	}
	if math.Abs(mat.Trace(a)-trace) > 1e-9*trace {
		panic("the trace is another matrix's")
	}
	return a
}

// TestWindowIsTheAverage: as long as no row has left, a window is the running average of a
// factor, with and without a bias, with locations, in the setting Reduce, and in parts.
func TestWindowIsTheAverage(t *testing.T) {
	for _, m := range []affine{{in: 199, out: 3, bias: true}, {in: 200, out: 3}, {in: 199, out: 3, bias: true, locations: 3}} {
		for _, reduce := range []bool{false, true} {
			n := newNetwork[float64](t, 3, 4, m)
			wide := *n.layers[0]
			wide.windowed, wide.reduce = true, reduce
			whole := wide
			whole.windowed = false
			a, b := newFactorPair[float64](&wide), newFactorPair[float64](&whole)
			for k, keep := range []float64{0, 0.5, 0.7, 0.9} {
				randomize(random(uint64(k)), n.grad.Taps[0].A.Float64s(), 1)
				require.True(t, a.Accumulate(n.pass(true, 1)))
				require.True(t, b.Accumulate(n.pass(true, 1)))
				require.True(t, a.Accumulate(n.pass(false, 1)))
				require.True(t, b.Accumulate(n.pass(false, 1)))
				a.Fold(keep)
				b.Fold(keep)
				closeTo(t, dense(b.a.mean, 200).RawMatrix().Data, a.a.window.formed().RawMatrix().Data, 1e-12)
				assert.InEpsilon(t, b.a.trace(), a.a.trace(), 1e-12)
			}
		}
	}
}

// TestWindowForgetsTheOldest rows, and the weights of the others are those of a mean again.
func TestWindowForgetsTheOldest(t *testing.T) {
	w := newWindow[float64](20, 1) // 5 rows
	var all []float64
	weights := []float64{}
	for k := range 6 {
		rows := 2
		if k == 5 {
			rows = 9 // more than there is room for: the leading ones
		}
		x := randomSlice(random(uint64(k)), rows*20)
		w.take(rowsOf(x, rows, 20), true)
		keep := 0.8
		if k == 0 {
			keep = 0
		}
		w.fold(keep)
		rows = min(rows, 5)
		all = append(all, x[:rows*20]...)
		for i := range weights {
			weights[i] *= keep
		}
		for range rows {
			weights = append(weights, (1-keep)/float64(rows))
		}
		from := max(len(weights)-5, 0)
		var sum float64
		for _, c := range weights[from:] {
			sum += c
		}
		want := mat.NewDense(20, 20, nil)
		for i := from; i < len(weights); i++ {
			var outer mat.Dense
			row := mat.NewVecDense(20, all[i*20:i*20+20])
			outer.Outer(weights[i]/sum, row, row)
			want.Add(want, &outer)
		}
		closeTo(t, want.RawMatrix().Data, w.formed().RawMatrix().Data, 1e-12, k)
	}
	w.batch[3] = math.NaN()
	assert.False(t, (&factor[float64]{n: 20, window: w}).finite())
}

// TestWindowApply: the step of a wide layer is by the dense inverse of its A, where all
// eigenvalues that are not zero have their vectors.
func TestWindowApply(t *testing.T) {
	n := newNetwork[float64](t, 3, 6, affine{in: 255, out: 9, bias: true})
	l := n.layers[0]
	l.windowed = true
	b := newLowRankKronecker[float64](l)
	for k := range 3 {
		randomize(random(uint64(k)), n.grad.Taps[0].A.Float64s(), 1)
		require.True(t, b.Accumulate(n.pass(true, 1)))
		b.Fold(decayAt(k+1, 0.9))
	}
	a, g := b.a.window.formed(), dense(b.g.mean, 9)
	for gamma, tolerance := range map[float64]float64{1: 1e-9, 0.1: 1e-9, 1e-3: 1e-8} { // the rounding of eigenvalues grows with 1/γ
		v := inverseOf(t, b, gamma).(*kroneckerInverse[float64])
		pi := balance(mat.Trace(a), 256, mat.Trace(g), 9)
		var left, right mat.Dense
		require.NoError(t, left.Solve(plus(a, pi*gamma), mat.NewDense(256, 9, n.flat(n.grad.Direction))))
		require.NoError(t, right.Solve(plus(g, gamma/pi), left.T()))
		closeTo(t, mat.DenseCopyOf(right.T()).RawMatrix().Data, n.solved(v), tolerance, gamma)
		assert.False(t, v.a.full())
	}
}

// wideBatch is a model with a layer of as many inputs as a window needs.
func wideBatch(t *testing.T, seed uint64) (*trainer.Model, trainer.MiniBatch) {
	t.Helper()
	m, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 3}, layers.Tanh(), &layers.Dense{Units: 2}}, losses.SquaredError{},
		trainer.ModelConfig{Input: []int{LeastWide}, DType: graph.Float64, Seed: 5})
	require.NoError(t, err)
	return m, wideData(t, m, seed)
}

func wideData(t *testing.T, m *trainer.Model, seed uint64) trainer.MiniBatch {
	t.Helper()
	x, y := graph.NewDense(graph.Float64, 6, LeastWide), graph.NewDense(graph.Float64, 6, 2)
	randomize(random(seed), x.Float64s(), 0.1)
	randomize(random(seed+50), y.Float64s(), 1)
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	return obj
}

// TestWindowResumes to the bit, and keeps no matrix of its order; the state's memory may be
// whatever somebody wrote.
func TestWindowResumes(t *testing.T) {
	cfg := Config{Damping: 0.3, MinDamping: 0.1, FactorUpdateSteps: 2, InverseUpdateSteps: 3, GammaUpdateSteps: 2, Estimator: graph.Exact}
	m, obj := wideBatch(t, 0)
	again, _ := wideBatch(t, 0)
	o, resumed := newOptimizer(t, cfg), newOptimizer(t, cfg)
	for k := range 8 {
		obj = wideData(t, m, uint64(k))
		if k == 4 {
			state, err := o.MarshalBinary()
			require.NoError(t, err)
			require.NoError(t, resumed.UnmarshalBinary(state))
			for i, p := range m.Params() {
				copy(again.Params()[i].Value.Float64s(), p.Value.Float64s())
			}
		}
		_, err := o.Step(obj)
		require.NoError(t, err)
		if k >= 4 {
			_, err = resumed.Step(wideData(t, again, uint64(k)))
			require.NoError(t, err)
		}
	}
	for i, p := range m.Params() {
		assert.Equal(t, p.Value.Float64s(), again.Params()[i].Value.Float64s(), p.Name)
	}
	info := o.Preconditioner().Blocks()[0]
	assert.Less(t, info.Bytes, LeastWide*LeastWide)

	w := o.pre.blocks[0].(*kronecker[float64]).a.window
	require.NotEmpty(t, w.weights)
	for _, spoil := range []func(){
		func() { w.head = 1 << 40 }, func() { w.head = -1 }, func() { w.weights = w.weights[:1] }, func() { w.norms = nil },
		func() { w.rows = w.rows[:len(w.rows)-1] }, func() { o.pre.blocks[0].(*kronecker[float64]).lowA.refused = 1e300 }, func() { w.weights[0] = math.NaN() },
	} {
		spoil()
		if state, err := o.MarshalBinary(); err == nil {
			_ = o.UnmarshalBinary(state) // refused, or taken
		}
		assert.NotPanics(t, func() { _, _ = o.Step(obj) })
	}
}

// TestWindowOfParts: the rows of all parts of a mini-batch are those of the whole.
func TestWindowOfParts(t *testing.T) {
	for _, fraction := range []float64{1, 0.5} {
		n := newNetwork[float64](t, 3, 8, affine{in: 200, out: 3})
		l := n.layers[0]
		l.windowed = true
		whole, cut := newFactorPair[float64](l), newFactorPair[float64](l)
		require.True(t, whole.Accumulate(n.pass(true, fraction)))
		tap, at := n.grad.Taps[0], 0
		for _, size := range []int{3, 1, 4} {
			part := *tap
			part.Examples = size
			part.A, part.G = graph.NewDense(graph.Float64, size, 200), graph.NewDense(graph.Float64, size, 3)
			copy(part.A.Float64s(), tap.A.Float64s()[at*200:])
			q := &Pass{CurvaturePass: &graph.CurvaturePass{Examples: size, Taps: []*graph.Tap{&part}}, FirstTaps: true, fraction: fraction, whole: 8, first: at}
			if q.measured(size) > 0 {
				require.True(t, cut.Accumulate(q))
			}
			at += size
		}
		assert.Equal(t, whole.a.window.batch, cut.a.window.batch)
	}
}

// TestWindowAndReduce: with a hook there are no windows, and a hook that comes too late is an
// error.
func TestWindowAndReduce(t *testing.T) {
	_, obj := wideBatch(t, 0)
	hook := func(*Statistics) error { return nil }
	for _, before := range []bool{true, false} {
		p, err := NewPreconditioner(PreconditionerConfig{})
		require.NoError(t, err)
		if before {
			p.Reduce(hook)
		}
		require.NoError(t, p.Build(obj))
		assert.Equal(t, before, p.blocks[0].(*kronecker[float64]).a.window == nil)
		if !before {
			p.Reduce(hook)
			_, err = p.Measure(obj, true)
			assert.ErrorIs(t, err, errLateHook)
		}
	}
}

// TestWindowAllocations: measuring, inverting and applying take no memory of their own.
func TestWindowAllocations(t *testing.T) {
	if isa.Active() == isa.Generic {
		t.Skip("gonum's products allocate")
	}
	n := newNetwork[float32](t, 3, 6, affine{in: 255, out: 9, bias: true})
	n.layers[0].windowed = true
	b := newLowRankKronecker[float32](n.layers[0])
	v := b.NewInverse()
	w := newWorkspace()
	pass := n.pass(true, 1)
	all := func() {
		b.Accumulate(pass)
		b.Fold(0.9)
		for _, j := range v.Prepare(0.3) {
			j.run(w)
		}
		v.Apply(n.u, n.grad)
	}
	for range 20 {
		all()
	}
	assert.Zero(t, testing.AllocsPerRun(20, all))
}

// TestWindowOfTinyDamping: where the damping is below the rounding of products, the eigenvectors
// are those that products can tell.
func TestWindowOfTinyDamping(t *testing.T) {
	for _, gamma := range []float64{1e-30, 1e-200} {
		n := newNetwork[float32](t, 3, 20, affine{in: 255, out: 9, bias: true})
		n.layers[0].windowed = true
		b := newLowRankKronecker[float32](n.layers[0])
		n.measure(t, b)
		v := inverseOf(t, b, gamma).(*kroneckerInverse[float32])
		assert.GreaterOrEqual(t, b.lowA.basis.Rank(), 20)
		assert.False(t, v.a.full())
	}
}
