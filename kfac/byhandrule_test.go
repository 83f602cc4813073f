package kfac_test

import (
	"encoding"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// oneMap is a network of one map, with what one mini-batch has of it.
type oneMap struct {
	n, t, in, out int
	a, g, dw, db  []float64 // g of single examples
}

func newOneMap(n, t, in, out int) oneMap {
	return oneMap{n: n, t: t, in: in, out: out, a: normal(1, n*t*in).Float64s(), g: normal(2, n*t*out).Float64s(),
		dw: normal(3, in*out).Float64s(), db: normal(4, out).Float64s()}
}

func (o oneMap) network(t testing.TB, scale kfac.GradientScale) (*kfac.ByHand[float64], *kfac.ByHandMap[float64]) {
	m := &kfac.ByHandMap[float64]{Name: "map", In: o.in, Out: o.out, Locations: o.t, Weight: make([]float64, o.in*o.out), Bias: make([]float64, o.out)}
	net, err := kfac.NewByHand(kfac.ByHandConfig{Scale: scale}, m)
	require.NoError(t, err)
	return net, m
}

func (o oneMap) hand(net *kfac.ByHand[float64], m *kfac.ByHandMap[float64]) {
	net.Begin(o.n)
	m.Inputs(o.a)
	m.Gradients(o.dw, o.db)
	m.Sampled(o.g)
}

func ruled(t testing.TB, rule *kfac.ByHandRule, cfg kfac.PreconditionedConfig) *kfac.Preconditioned {
	t.Helper()
	o, err := kfac.NewPreconditioned(rule, cfg)
	require.NoError(t, err)
	return o
}

// TestByHandDense: U is the inverse of (A + πγI) ⊗ (G + γ/π I), written out, times the
// gradient. A and G are made here from single examples, by their definition.
func TestByHandDense(t *testing.T) {
	for _, locations := range []int{1, 3} {
		for _, reduce := range []bool{false, true} {
			o := newOneMap(4, locations, 3, 2)
			rows := o.in + 1
			a, g := mat.NewSymDense(rows, nil), mat.NewSymDense(o.out, nil)
			n, nt := float64(o.n), float64(o.n*o.t)
			for e := range o.n {
				meanA, sumG := make([]float64, rows), make([]float64, o.out)
				for l := range o.t {
					i := e*o.t + l
					abar, gi := append(slices.Clone(o.a[i*o.in:(i+1)*o.in]), 1), o.g[i*o.out:(i+1)*o.out]
					for k, v := range abar {
						meanA[k] += v / float64(o.t)
					}
					for k, v := range gi {
						sumG[k] += v
					}
					if !reduce {
						a.SymRankOne(a, 1/n, mat.NewVecDense(rows, abar))
						g.SymRankOne(g, 1/nt, mat.NewVecDense(o.out, gi))
					}
				}
				if reduce {
					a.SymRankOne(a, 1/n, mat.NewVecDense(rows, meanA))
					g.SymRankOne(g, 1/n, mat.NewVecDense(o.out, sumG))
				}
			}
			const damping = 0.3
			gamma, pi := math.Sqrt(damping), math.Sqrt(mat.Trace(a)/float64(rows)/(mat.Trace(g)/float64(o.out)))
			for i := range rows {
				a.SetSym(i, i, a.At(i, i)+pi*gamma)
			}
			for i := range o.out {
				g.SetSym(i, i, g.At(i, i)+gamma/pi)
			}
			var f mat.Dense
			f.Kronecker(a, g)
			var want mat.VecDense
			require.NoError(t, want.SolveVec(&f, mat.NewVecDense(rows*o.out, append(slices.Clone(o.dw), o.db...))))

			sharing := kfac.Expand
			if reduce {
				sharing = kfac.Reduce
			}
			net, m := o.network(t, kfac.PerExample)
			optimizer := ruled(t, &kfac.ByHandRule{}, kfac.PreconditionedConfig{Damping: damping, Preconditioner: kfac.PreconditionerConfig{Structure: kfac.BlockDiagonal, Sharing: sharing}})
			o.hand(net, m)
			err := net.Step(optimizer, 1)
			require.NoError(t, err)
			w, b := make([]float64, o.in*o.out), make([]float64, o.out)
			require.NoError(t, m.Update(w, b))
			near(t, want.RawVector().Data, append(w, b...), 1e-12, locations, sharing)
			assert.Equal(t, make([]float64, o.in*o.out), m.Weight, "the rule changes no weight")
		}
	}
}

// TestByHandDraws: two passes of estimator MC are two draws, of which the mean counts, and
// two of Exact are columns, whose sum counts.
func TestByHandDraws(t *testing.T) {
	o := newOneMap(5, 2, 3, 2)
	update := func(est graph.FisherEstimator, scale float64, passes int) []float64 {
		net, m := o.network(t, kfac.PerExample)
		g := slices.Clone(o.g)
		for i := range g {
			g[i] *= scale
		}
		net.Begin(o.n)
		m.Inputs(o.a)
		m.Gradients(o.dw, o.db)
		for pass := range passes {
			if pass > 0 {
				net.Pass()
			}
			m.Sampled(g)
		}
		err := net.Step(ruled(t, &kfac.ByHandRule{}, kfac.PreconditionedConfig{Preconditioner: kfac.PreconditionerConfig{Estimator: est}}), 1)
		require.NoError(t, err)
		w := make([]float64, o.in*o.out)
		require.NoError(t, m.Update(w, make([]float64, o.out)))
		return w
	}
	near(t, update(graph.MC, 1, 1), update(graph.MC, 1, 3), 1e-12)
	near(t, update(graph.Exact, 1, 1), update(graph.Exact, math.Sqrt(1.0/3), 3), 1e-12)
	assert.NotEqual(t, update(graph.Exact, 1, 1), update(graph.Exact, 1, 3))
}

// TestByHandOwnRule: a momentum rule in a loop of the caller's, and one as a function, take the
// steps of trainer.SGD behind the same preconditioner, in both layouts.
func TestByHandOwnRule(t *testing.T) {
	const in, hidden, out, alpha, mu = 5, 7, 3, 0.2, 0.5
	_, theta := handModel(t, in, hidden, out)
	cfg := kfac.PreconditionedConfig{Damping: 0.2, KLClip: 0.003, Preconditioner: kfac.PreconditionerConfig{Estimator: graph.Exact}}
	sgd, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: alpha, Momentum: mu})
	require.NoError(t, err)
	behind, err := kfac.NewPreconditioned(sgd, cfg)
	require.NoError(t, err)
	want := newHandMLP[float64](t, kfac.PerExample, kfac.InOut, theta, in, hidden, out)

	loop := newHandMLP[float64](t, kfac.OfMean, kfac.OutIn, theta, in, hidden, out)
	called := newHandMLP[float64](t, kfac.PerExample, kfac.InOut, theta, in, hidden, out)
	move := func(h *handMLP[float64], velocities map[*float64][]float64) error {
		for i, m := range []*kfac.ByHandMap[float64]{h.first, h.second} {
			dw, db := [][]float64{h.dw1, h.dw2}[i], [][]float64{h.db1, h.db2}[i]
			if err := m.Update(dw, db); err != nil {
				return err
			}
			for _, p := range [][2][]float64{{m.Weight, dw}, {m.Bias, db}} {
				v := velocities[&p[0][0]]
				if v == nil {
					v = make([]float64, len(p[0]))
					velocities[&p[0][0]] = v
				}
				for j, u := range p[1] {
					v[j] = mu*v[j] + u
					p[0][j] -= alpha * v[j]
				}
			}
		}
		return nil
	}
	v1, v2 := map[*float64][]float64{}, map[*float64][]float64{}
	inLoop := ruled(t, &kfac.ByHandRule{Rate: alpha}, cfg)
	inRule := ruled(t, &kfac.ByHandRule{Rate: alpha, Take: func() error { return move(called, v2) }}, cfg)
	for k := range 20 {
		x, y := handBatch(k, 12, in, out)
		for i, h := range []*handMLP[float64]{want, loop, called} {
			h.begin(x.Float64s(), y.Int32s())
			h.exact()
			err := h.net.Step([]*kfac.Preconditioned{behind, inLoop, inRule}[i], 1)
			require.NoError(t, err)
		}
		require.NoError(t, move(loop, v1))
		near(t, want.theta(), loop.theta(), 1e-9, k)
		near(t, want.theta(), called.theta(), 1e-9, k)
	}
	assert.Equal(t, alpha, inRule.LearningRate())
	inRule.SetLearningRate(0.1)
	assert.Equal(t, 0.1, inRule.LearningRate())

	failed := errors.New("no luck")
	x, y := handBatch(1, 12, in, out)
	want.begin(x.Float64s(), y.Int32s())
	want.exact()
	err = want.net.Step(ruled(t, &kfac.ByHandRule{Take: func() error { return failed }}, cfg), 1)
	assert.ErrorIs(t, err, failed)
}

// TestByHandState: a run that is saved, and goes on with another optimizer on a copy of the
// weights, has the bits of the run that was not interrupted.
func TestByHandState(t *testing.T) {
	const in, hidden, out = 5, 7, 3
	type saved interface {
		handOptimizer
		encoding.BinaryMarshaler
		encoding.BinaryUnmarshaler
	}
	for name, build := range handOptimizers(t) {
		t.Run(name, func(t *testing.T) {
			_, theta := handModel(t, in, hidden, out)
			run := func(h *handMLP[float64], o handOptimizer, from, to int) {
				for k := from; k < to; k++ {
					x, y := handBatch(k, 12, in, out)
					loss := h.begin(x.Float64s(), y.Int32s())
					if o.CurvatureDue() {
						h.exact()
					}
					err := h.net.Step(o, loss)
					require.NoError(t, err)
				}
			}
			whole := newHandMLP[float64](t, kfac.PerExample, kfac.InOut, theta, in, hidden, out)
			first := build().(saved)
			run(whole, first, 0, 9) // the next step takes products, and measures no factors
			data, err := first.MarshalBinary()
			require.NoError(t, err)
			second := build().(saved)
			require.NoError(t, second.UnmarshalBinary(data))
			rest := newHandMLP[float64](t, kfac.PerExample, kfac.InOut, whole.theta(), in, hidden, out)
			run(whole, first, 9, 16)
			run(rest, second, 9, 16)
			assert.Equal(t, whole.theta(), rest.theta())
		})
	}
	r := &kfac.ByHandRule{Rate: 0.3}
	data, err := r.MarshalBinary()
	require.NoError(t, err)
	var s kfac.ByHandRule
	require.NoError(t, s.UnmarshalBinary(data))
	assert.Equal(t, 0.3, s.Rate)
	assert.ErrorContains(t, s.UnmarshalBinary(data[:9]), "restoring the rule")
}

// probe is an optimizer that looks at the objective and takes no step.
type probe func(graph.Objective) error

func (p probe) Step(obj graph.Objective) (float64, error) { return 0, p(obj) }

// TestByHandOthersAlone: a network without maps has the diagonal of each parameter.
func TestByHandOthersAlone(t *testing.T) {
	for _, s := range kfac.Structures() {
		o := &kfac.ByHandOther[float64]{Name: "o", Value: []float64{1, 2}}
		net, err := kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.OfMean}, o)
		require.NoError(t, err)
		net.Begin(7)
		o.Gradient([]float64{3, 5})
		o.SampledSquares([]float64{0.5, 2})
		require.NoError(t, net.Step(ruled(t, &kfac.ByHandRule{}, kfac.PreconditionedConfig{Damping: 0.25, Preconditioner: kfac.PreconditionerConfig{Structure: s}}), 1))
		u := make([]float64, 2)
		require.NoError(t, o.Update(u))
		assert.InDeltaSlice(t, []float64{3 / 0.75, 5 / 2.25}, u, 1e-12, s)
	}
}

// TestByHandTaps: a tap has the inputs of a step if the map's true gradients are there, too.
// Blocks may then precondition the gradient through the examples.
func TestByHandTaps(t *testing.T) {
	o := newOneMap(4, 2, 3, 2)
	for _, truth := range []bool{false, true} {
		net, m := o.network(t, kfac.PerExample)
		net.Begin(o.n)
		m.Inputs(o.a)
		m.Sampled(o.g)
		if truth {
			m.True(normal(7, len(o.g)).Float64s())
		} else {
			m.Gradients(o.dw, o.db)
		}
		require.NoError(t, net.Step(probe(func(obj graph.Objective) error {
			c, err := graph.CurvatureOf(obj)
			require.NoError(t, err)
			_, err = c.Curvature(graph.MC, func(pass *graph.CurvaturePass) error {
				assert.Equal(t, o.a, pass.Taps[0].A.Float64s())
				return nil
			})
			require.NoError(t, err)
			assert.Equal(t, truth, c.Taps()[0].A != nil)
			_, err = c.Grad()
			require.NoError(t, err)
			assert.Equal(t, truth, c.Taps()[0].A != nil)
			return nil
		}), 1))
	}
}

// TestByHandAveraged: the average is in the caller's weights while f runs, in either layout.
func TestByHandAveraged(t *testing.T) {
	const in, hidden, out = 5, 7, 3
	_, theta := handModel(t, in, hidden, out)
	for _, layout := range []kfac.WeightLayout{kfac.InOut, kfac.OutIn} {
		ema, err := trainer.NewEMA(newOptimizer(t, kfac.Config{Mode: kfac.Fixed, Estimator: graph.Exact}), trainer.EMAConfig{Decay: 0.5})
		require.NoError(t, err)
		polyak := newOptimizer(t, kfac.Config{Mode: kfac.Fixed, Estimator: graph.Exact, Polyak: 0.5})
		for _, o := range []interface {
			trainer.Optimizer
			trainer.Averager
		}{polyak, ema} {
			h := newHandMLP[float64](t, kfac.PerExample, layout, theta, in, hidden, out)
			failed := errors.New("f")
			assert.Equal(t, failed, h.net.Averaged(o, func() error { near(t, theta, h.theta(), 0); return failed }), "before the first step")
			var iterates [][]float64
			for k := range 2 {
				x, y := handBatch(k, 12, in, out)
				loss := h.begin(x.Float64s(), y.Int32s())
				h.exact()
				require.NoError(t, h.net.Step(o, loss))
				iterates = append(iterates, h.theta())
			}
			share := 0.5 // of the second iterate: Polyak's 1 − min(1/2, ξ), the EMA's (1−β)/(1−β²)
			if o != trainer.Averager(polyak) {
				share = 2.0 / 3
			}
			want := make([]float64, len(theta))
			for i := range want {
				want[i] = (1-share)*iterates[0][i] + share*iterates[1][i]
			}
			require.NoError(t, h.net.Averaged(o, func() error { near(t, want, h.theta(), 1e-12, layout); return nil }))
			assert.Equal(t, iterates[1], h.theta(), "the weights' own values are back")
		}
	}
}
