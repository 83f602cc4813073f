package trainer_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// What torch.optim 1.13 makes of newQuadratic in float64:
//
//	p = torch.tensor([0.5, -1.5], dtype=torch.float64, requires_grad=True)
//	o = torch.optim.SGD([p], lr=0.1, momentum=0.9, nesterov=True)  # and so on
//	for _ in range(4):
//	    o.zero_grad()
//	    (0.5*(p[0]-1)**2 + 2*(p[1]+p[0])**2).backward()
//	    o.step()
//	    print(p.tolist())
var (
	torchSGD      = [][2]float64{{0.95, -1.1}, {1.015, -1.04}, {1.0235, -1.03}, {1.02375, -1.0274}}
	torchMomentum = [][2]float64{{0.95, -1.1}, {1.42, -0.68}, {1.505, -0.598}, {1.1682, -0.887}}
	torchNesterov = [][2]float64{{1.355, -0.74}, {1.18465, -0.8834}, {1.0206515, -1.02001}, {0.993710025, -1.03499654}}
)

// roundoff bounds four steps' rounding of numbers of size 2.
const roundoff = 4 * 4 * 2.3e-16

func TestSGDAgainstTorch(t *testing.T) {
	for _, c := range []struct {
		cfg  trainer.SGDConfig
		want [][2]float64
	}{
		{trainer.SGDConfig{}, torchSGD}, // a learning rate of 0.1 is the default
		{trainer.SGDConfig{LearningRate: 0.1, Nesterov: true}, torchSGD},
		{trainer.SGDConfig{LearningRate: 0.1, Momentum: 0.9}, torchMomentum},
		{trainer.SGDConfig{LearningRate: 0.1, Momentum: 0.9, Nesterov: true}, torchNesterov},
	} {
		t.Run(fmt.Sprintf("%+v", c.cfg), func(t *testing.T) {
			opt, err := trainer.NewSGD(c.cfg)
			require.NoError(t, err)
			follow(t, opt, graph.Float64, roundoff, c.want)
			single, err := trainer.NewSGD(c.cfg)
			require.NoError(t, err)
			follow(t, single, graph.Float32, 4*4*1.2e-7, c.want)
		})
	}
}

// The recurrence with decoupled decay, which torch's SGD does not have:
// v ← μv + g, θ ← (1 − αw)θ − αv. The decay is not seen by the momentum, and
// both follow a changed learning rate.
func TestSGDWeightDecay(t *testing.T) {
	for _, nesterov := range []bool{false, true} {
		const mu, decay = 0.8, 0.3
		var want [][2]float64
		p, v := [2]float64{0.5, -1.5}, [2]float64{}
		rates := []float64{0.1, 0.05, 0.2, 0}
		for _, alpha := range rates {
			g := [2]float64{p[0] - 1 + 4*(p[1]+p[0]), 4 * (p[1] + p[0])}
			for i := range p {
				v[i] = mu*v[i] + g[i]
				step := v[i]
				if nesterov {
					step = g[i] + mu*v[i]
				}
				p[i] -= alpha*decay*p[i] + alpha*step
			}
			want = append(want, p)
		}
		opt, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.1, Momentum: mu, Nesterov: nesterov, WeightDecay: decay})
		require.NoError(t, err)
		q := newQuadratic(graph.Float64)
		for i, alpha := range rates {
			opt.SetLearningRate(alpha)
			assert.Equal(t, alpha, opt.LearningRate())
			_, err := opt.Step(q)
			require.NoError(t, err)
			assert.InDeltaSlice(t, want[i][:], snapshot(q.params, false), roundoff, "step %d", i)
		}
	}
}

// A loss that is not finite leaves parameters and momentum alone.
func TestStepRefusesNonFiniteLoss(t *testing.T) {
	sgd, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.1, Momentum: 0.9})
	require.NoError(t, err)
	adam, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.1, Beta1: 0.8, Beta2: 0.99, Epsilon: 1e-3})
	require.NoError(t, err)
	for _, c := range []struct {
		name string
		opt  trainer.Optimizer
		want [][2]float64
	}{{"SGD", sgd, torchMomentum}, {"Adam", adam, torchAdam}} {
		t.Run(c.name, func(t *testing.T) {
			q := newQuadratic(graph.Float64)
			for i, w := range c.want {
				_, err := c.opt.Step(q)
				require.NoError(t, err)
				assert.InDeltaSlice(t, w[:], snapshot(q.params, false), roundoff, "step %d", i)
				for _, bad := range []float64{math.NaN(), math.Inf(1)} {
					before := snapshot(q.params, false)
					q.loss = bad
					_, err = c.opt.Step(q)
					var nonFinite *graph.NonFiniteError
					require.ErrorAs(t, err, &nonFinite)
					assert.Equal(t, before, snapshot(q.params, false))
				}
				q.loss = 0
			}
		})
	}
}

func TestSGDConfigErrors(t *testing.T) {
	for _, c := range []struct {
		cfg  trainer.SGDConfig
		want string
	}{
		{trainer.SGDConfig{LearningRate: -1}, "learning rate -1: None does not apply: want a finite number above 0"},
		{trainer.SGDConfig{LearningRate: math.NaN()}, "learning rate NaN"},
		{trainer.SGDConfig{LearningRate: math.Inf(1)}, "learning rate +Inf"},
		{trainer.SGDConfig{Momentum: 1}, "momentum 1: want at least 0 and below 1"},
		{trainer.SGDConfig{Momentum: -0.1}, "momentum -0.1"},
		{trainer.SGDConfig{WeightDecay: -2}, "weight decay -2: want a finite number ≥ 0"},
	} {
		_, err := trainer.NewSGD(c.cfg)
		assert.ErrorContains(t, err, c.want)
	}
}
