package trainer_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// TestShrink: a weight decay that takes whole weights away is refused, where
// the rate is known and where a schedule raises it.
func TestShrink(t *testing.T) {
	for name, make := range map[string]func(rate, decay float64) (trainer.Optimizer, error){
		"SGD": func(rate, decay float64) (trainer.Optimizer, error) {
			return trainer.NewSGD(trainer.SGDConfig{LearningRate: rate, WeightDecay: decay})
		},
		"Adam": func(rate, decay float64) (trainer.Optimizer, error) {
			return trainer.NewAdam(trainer.AdamConfig{LearningRate: rate, WeightDecay: decay})
		},
		"Muon": func(rate, decay float64) (trainer.Optimizer, error) {
			return trainer.NewMuon(trainer.MuonConfig{LearningRate: rate, WeightDecay: decay})
		},
		"Shampoo": func(rate, decay float64) (trainer.Optimizer, error) {
			return trainer.NewShampoo(trainer.ShampooConfig{LearningRate: rate, WeightDecay: decay})
		},
		"SOAP": func(rate, decay float64) (trainer.Optimizer, error) {
			return trainer.NewSOAP(trainer.SOAPConfig{LearningRate: rate, WeightDecay: decay})
		},
		"K-FAC, adaptive": func(rate, decay float64) (trainer.Optimizer, error) {
			return kfac.New(kfac.Config{LearningRate: rate, WeightDecay: decay})
		},
		"K-FAC, fixed": func(rate, decay float64) (trainer.Optimizer, error) {
			return kfac.New(kfac.Config{Mode: kfac.Fixed, LearningRate: rate, WeightDecay: decay})
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, c := range [][2]float64{{0, 1000}, {0.5, 2}, {0.1, 30}, {1e-3, 1e300}} {
				_, err := make(c[0], c[1])
				assert.ErrorContains(t, err, "× weight decay", "%v", c)
			}
			opt, err := make(0.5, 1.9)
			require.NoError(t, err)
			m, src := toy(t, trainer.ModelConfig{})
			run := &trainer.Trainer{Model: m, Optimizer: opt, MaxSteps: 6, Schedule: func(step, _ int) float64 {
				if step == 3 {
					return 1.1
				}
				return 1
			}}
			res, err := run.Fit(context.Background(), src)
			assert.ErrorContains(t, err, "learning rate 0.55 × weight decay 1.9 = 1.045: want less than 1")
			assert.Equal(t, 3, res.Steps)
		})
	}
}
