package kfac_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

func newSGD(t testing.TB, cfg trainer.SGDConfig) *trainer.SGD {
	t.Helper()
	o, err := trainer.NewSGD(cfg)
	require.NoError(t, err)
	return o
}

func newPreconditioned(t testing.TB, inner kfac.Rule, cfg kfac.PreconditionedConfig) *kfac.Preconditioned {
	t.Helper()
	o, err := kfac.NewPreconditioned(inner, cfg)
	require.NoError(t, err)
	return o
}

// TestPreconditionedSGD: in front of SGD with momentum, and λ kept, it is K-FAC's
// fixed mode, in every structure, with and without the clip.
func TestPreconditionedSGD(t *testing.T) {
	for name, n := range tinyNets() {
		theta := n.theta(1)
		for _, structure := range kfac.Structures() {
			for _, clip := range []float64{0, 1e-3} {
				fixed := newOptimizer(t, kfac.Config{
					Mode: kfac.Fixed, Structure: structure, LearningRate: 0.1, Momentum: 0.7, KLClip: clip, Damping: 0.3,
					DampingUpdateSteps: kfac.None, Estimator: graph.Exact, FactorUpdateSteps: 2, InverseUpdateSteps: 3,
				})
				front := newPreconditioned(t, newSGD(t, trainer.SGDConfig{LearningRate: 0.1, Momentum: 0.7}), kfac.PreconditionedConfig{
					Damping: 0.3, KLClip: clip, FactorUpdateSteps: 2, InverseUpdateSteps: 3,
					Preconditioner: kfac.PreconditionerConfig{Structure: structure, Estimator: graph.Exact, FactorDecay: fixed.Preconditioner().Config().FactorDecay},
				})
				want, got := n.model(t, theta), n.model(t, theta)
				for k := range 8 {
					b := n.data(uint64(k+2), 5)
					_, err := fixed.Step(n.batch(t, want, b))
					require.NoError(t, err)
					_, err = front.Step(n.batch(t, got, b))
					require.NoError(t, err)
				}
				near(t, flat(want.Params(), values), flat(got.Params(), values), 1e-11, name, " ", structure)
			}
		}
	}
}

// TestPreconditionedAdam gets further than Adam alone does in as many steps.
func TestPreconditionedAdam(t *testing.T) {
	n := newNet("softmax", 6, dense(8), function("tanh"), dense(4))
	after := func(precondition bool) float64 {
		m := n.model(t, n.theta(1))
		adam, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.03})
		require.NoError(t, err)
		var o trainer.Optimizer = adam
		if precondition {
			o = newPreconditioned(t, adam, kfac.PreconditionedConfig{Damping: 0.1})
		}
		var loss float64
		for range 40 {
			loss, err = o.Step(n.batch(t, m, n.data(3, 20)))
			require.NoError(t, err)
		}
		return loss
	}
	assert.Less(t, after(true), after(false))
}

// TestReduce: two processes with a half of a mini-batch each, whose statistics the
// hook averages, have the averages and inverses of one with the whole.
func TestReduce(t *testing.T) {
	for name, n := range tinyNets() {
		for _, structure := range kfac.Structures() {
			theta, whole := n.theta(1), n.data(2, 6)
			_, grad := n.objective(theta, whole)
			u := func(b batch, hook func(*kfac.Statistics) error) graph.Direction {
				p, err := kfac.NewPreconditioner(kfac.PreconditionerConfig{Structure: structure, Estimator: graph.Exact})
				require.NoError(t, err)
				p.Reduce(hook)
				obj := n.batch(t, n.model(t, theta), b)
				_, err = p.Measure(obj, true)
				require.NoError(t, err)
				require.NoError(t, p.Invert(obj, 0.5))
				for i, g := range grad { // which processes average as well
					setElement(p.Gradient(), i, g)
				}
				d := graph.NewDirection(p.Params())
				p.Apply(d)
				return d
			}
			want := u(whole, nil)
			mine, theirs := make(chan [][]float64, 1), make(chan [][]float64, 1)
			done := make(chan graph.Direction)
			go func() { done <- u(whole.from(3), exchange(theirs, mine)) }()
			got := [2]graph.Direction{u(whole.first(3), exchange(mine, theirs)), <-done}
			for i := range want {
				near(t, want[i].Float64s(), got[0][i].Float64s(), 1e-9, name, " ", structure)
				near(t, got[0][i].Float64s(), got[1][i].Float64s(), 1e-12, name, " ", structure)
			}
		}
	}
}

// exchange averages statistics with those of the other process.
func exchange(send chan<- [][]float64, receive <-chan [][]float64) func(*kfac.Statistics) error {
	return func(s *kfac.Statistics) error {
		send <- cloned(s.Float64)
		average(s.Float64, <-receive)
		return nil
	}
}

func cloned(x [][]float64) (y [][]float64) {
	for _, x := range x {
		y = append(y, append([]float64{}, x...))
	}
	return y
}

func average(x, y [][]float64) {
	for i := range x {
		for j := range x[i] {
			x[i][j] = (x[i][j] + y[i][j]) / 2
		}
	}
}

func setElement(d graph.Direction, i int, v float64) {
	for _, x := range d {
		if i < x.Size() {
			x.Float64s()[i] = v
			return
		}
		i -= x.Size()
	}
}

// TestReduceRefused: an error of the hook ends the measurement, and the averages
// have not taken the mini-batch in.
func TestReduceRefused(t *testing.T) {
	n := newNet("softmax", 3, dense(4), function("tanh"), dense(3))
	p, err := kfac.NewPreconditioner(kfac.PreconditionerConfig{})
	require.NoError(t, err)
	lost := errors.New("a process is gone")
	p.Reduce(func(*kfac.Statistics) error { return lost })
	obj := n.batch(t, n.model(t, n.theta(1)), n.data(2, 5))
	_, err = p.Measure(obj, true)
	require.ErrorIs(t, err, lost)
	assert.Zero(t, p.Updates())
	_, err = p.Measure(obj, false)
	require.NoError(t, err)
}

// TestPreconditionerState: what is saved goes on with the same bits, also into one
// that knows no model yet, and is refused by another structure.
func TestPreconditionerState(t *testing.T) {
	n := newNet("softmax", 3, dense(4), function("tanh"), dense(3))
	for _, structure := range kfac.Structures() {
		cfg := kfac.PreconditionerConfig{Structure: structure}
		m := n.model(t, n.theta(1))
		p, err := kfac.NewPreconditioner(cfg)
		require.NoError(t, err)
		obj := n.batch(t, m, n.data(2, 5))
		for range 3 {
			_, err = p.Measure(obj, true)
			require.NoError(t, err)
			require.NoError(t, p.Invert(obj, 0.4))
		}
		state, err := p.MarshalBinary()
		require.NoError(t, err)
		q, err := kfac.NewPreconditioner(cfg)
		require.NoError(t, err)
		require.NoError(t, q.UnmarshalBinary(state))
		_, err = q.Measure(obj, false)
		require.NoError(t, err)
		assert.Equal(t, 3, q.Updates())
		a, b := graph.NewDirection(m.Params()), graph.NewDirection(m.Params())
		p.Apply(a)
		q.Apply(b)
		assert.Equal(t, elementsOf(a), elementsOf(b), structure)
		assert.NotZero(t, a.Norm())

		other := kfac.Diagonal
		if structure == kfac.Diagonal {
			other = kfac.EKFAC
		}
		r, err := kfac.NewPreconditioner(kfac.PreconditionerConfig{Structure: other})
		require.NoError(t, err)
		require.NoError(t, r.UnmarshalBinary(state))
		_, err = r.Measure(obj, false)
		require.ErrorContains(t, err, "restoring the preconditioner's state")
	}
}

// TestPreconditionedState: to the bit, the inner rule's velocity included.
func TestPreconditionedState(t *testing.T) {
	n := newNet("softmax", 3, dense(4), function("tanh"), dense(3))
	make := func() *kfac.Preconditioned {
		return newPreconditioned(t, newSGD(t, trainer.SGDConfig{LearningRate: 0.1, Momentum: 0.9}), kfac.PreconditionedConfig{})
	}
	run := func(o *kfac.Preconditioned, m *trainer.Model, from, to int) {
		for k := from; k < to; k++ {
			_, err := o.Step(n.batch(t, m, n.data(uint64(k), 5)))
			require.NoError(t, err)
		}
	}
	m, whole := n.model(t, n.theta(1)), make()
	run(whole, m, 0, 6)
	at6, err := m.MarshalBinary()
	require.NoError(t, err)
	state, err := whole.MarshalBinary()
	require.NoError(t, err)
	run(whole, m, 6, 20)

	rest, resumed := n.model(t, n.theta(1)), make()
	require.NoError(t, rest.UnmarshalBinary(at6))
	require.NoError(t, resumed.UnmarshalBinary(state))
	run(resumed, rest, 6, 20)
	assert.Equal(t, flat(m.Params(), values), flat(rest.Params(), values))
}

func elementsOf(d graph.Direction) (x []float64) {
	for _, v := range d {
		x = append(x, v.Float64s()...)
	}
	return x
}
