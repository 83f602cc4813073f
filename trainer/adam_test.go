package trainer_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// As torchSGD, with
//
//	torch.optim.Adam([p], lr=0.1, betas=(0.8, 0.99), eps=1e-3)
//	torch.optim.AdamW([p], lr=0.1, betas=(0.8, 0.99), eps=1e-3, weight_decay=0.2)
//	torch.optim.AdamW([p], weight_decay=0.0)
var (
	torchAdam = [][2]float64{
		{0.5999777827149522, -1.400024993751562},
		{0.6981698325418225, -1.3018359527000205},
		{0.7927404671649982, -1.2072685215394394},
		{0.8812411332608386, -1.1187711622149512},
	}
	torchAdamW = [][2]float64{
		{0.5899777827149522, -1.370024993751562},
		{0.6761590836394831, -1.2447092680839191},
		{0.7565869421269322, -1.1260818939323014},
		{0.828716592895237, -1.0168137691029036},
	}
	torchAdamDefaults = [][2]float64{
		{0.5009999999977778, -1.4990000000025},
		{0.5019999473110397, -1.498000052689516},
		{0.502999806808204, -1.49700019319263},
		{0.5039995434504897, -1.4960004565506229},
	}
)

func TestAdamAgainstTorch(t *testing.T) {
	for _, c := range []struct {
		name string
		cfg  trainer.AdamConfig
		want [][2]float64
	}{
		{"Adam", trainer.AdamConfig{LearningRate: 0.1, Beta1: 0.8, Beta2: 0.99, Epsilon: 1e-3}, torchAdam},
		{"AdamW", trainer.AdamConfig{LearningRate: 0.1, Beta1: 0.8, Beta2: 0.99, Epsilon: 1e-3, WeightDecay: 0.2}, torchAdamW},
		{"defaults", trainer.AdamConfig{}, torchAdamDefaults},
	} {
		t.Run(c.name, func(t *testing.T) {
			opt, err := trainer.NewAdam(c.cfg)
			require.NoError(t, err)
			follow(t, opt, graph.Float64, roundoff, c.want)
		})
	}
}

// The recurrence of the paper, algorithm 1, written out, over many steps with
// a changing learning rate.
func TestAdamAgainstPaper(t *testing.T) {
	const b1, b2, eps, decay = 0.7, 0.95, 1e-4, 0.1
	opt, err := trainer.NewAdam(trainer.AdamConfig{Beta1: b1, Beta2: b2, Epsilon: eps, WeightDecay: decay})
	require.NoError(t, err)
	q := newQuadratic(graph.Float64)
	p, m, v := [2]float64{0.5, -1.5}, [2]float64{}, [2]float64{}
	for step := 1; step <= 30; step++ {
		alpha := 0.1 / float64(step)
		g := [2]float64{p[0] - 1 + 4*(p[1]+p[0]), 4 * (p[1] + p[0])}
		for i := range p {
			m[i] = b1*m[i] + (1-b1)*g[i]
			v[i] = b2*v[i] + (1-b2)*g[i]*g[i]
			mHat := m[i] / (1 - math.Pow(b1, float64(step)))
			vHat := v[i] / (1 - math.Pow(b2, float64(step)))
			p[i] -= alpha * (mHat/(math.Sqrt(vHat)+eps) + decay*p[i])
		}
		opt.SetLearningRate(alpha)
		_, err := opt.Step(q)
		require.NoError(t, err)
		// Rounding of numbers of size 2 in each of the steps so far.
		assert.InDeltaSlice(t, p[:], snapshot(q.params, false), float64(step)*4e-15, "step %d", step)
	}
}

// In float32 the first step is α·sign(g) to float32's own accuracy: 1−β₂ must
// not be taken between float32 numbers, where 1−0.999 is off by 1e-5.
func TestAdamFloat32BiasCorrection(t *testing.T) {
	opt, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 1})
	require.NoError(t, err)
	q := newQuadratic(graph.Float32)
	q.set(0, -0.5) // g = −3, −2
	_, err = opt.Step(q)
	require.NoError(t, err)
	// ε is 1e-8 and adds nothing; five roundings.
	assert.InDeltaSlice(t, []float64{1, 0.5}, snapshot(q.params, false), 5*6e-8)
}

func TestAdamFloat32AgreesWithFloat64(t *testing.T) {
	cfg := trainer.AdamConfig{LearningRate: 0.1, Beta1: 0.8, Beta2: 0.99, Epsilon: 1e-3, WeightDecay: 0.2}
	opt, err := trainer.NewAdam(cfg)
	require.NoError(t, err)
	// Rounding of β, of gradients of size 5 and of parameters, four steps.
	follow(t, opt, graph.Float32, 4*4*1.2e-7, torchAdamW)
}

func TestAdamConfigErrors(t *testing.T) {
	for _, c := range []struct {
		cfg  trainer.AdamConfig
		want string
	}{
		{trainer.AdamConfig{LearningRate: -1}, "learning rate -1"},
		{trainer.AdamConfig{Beta1: 1}, "beta1 1: want at least 0 and below 1"},
		{trainer.AdamConfig{Beta2: 1.5}, "beta2 1.5"},
		{trainer.AdamConfig{Epsilon: -1e-8}, "epsilon -1e-08"},
		{trainer.AdamConfig{Epsilon: math.NaN()}, "epsilon NaN"},
		{trainer.AdamConfig{WeightDecay: math.Inf(1)}, "weight decay +Inf"},
	} {
		_, err := trainer.NewAdam(c.cfg)
		assert.ErrorContains(t, err, c.want)
	}
}
