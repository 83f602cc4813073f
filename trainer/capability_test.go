package trainer_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// parabola is h(θ) = ½‖θ − 1‖², with no more than every optimizer needs.
type parabola struct{ params []*graph.Param }

func newParabola() *parabola {
	return &parabola{[]*graph.Param{graph.NewParam("θ", graph.Float64, 3)}}
}

func (p *parabola) Params() []*graph.Param { return p.params }

func (p *parabola) Loss() (h float64, err error) {
	for _, x := range p.params[0].Value.Float64s() {
		h += (x - 1) * (x - 1) / 2
	}
	return h, nil
}

func (p *parabola) Grad() (float64, error) {
	for i, x := range p.params[0].Value.Float64s() {
		p.params[0].Grad.Float64s()[i] = x - 1
	}
	return p.Loss()
}

// An objective needs a loss and a gradient for SGD and Adam, with clipping or
// without.
func TestLeastObjective(t *testing.T) {
	adam, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.1})
	require.NoError(t, err)
	muon, err := trainer.NewMuon(trainer.MuonConfig{LearningRate: 0.1, Beta2: 0.999})
	require.NoError(t, err)
	shampoo, err := trainer.NewShampoo(trainer.ShampooConfig{LearningRate: 0.1})
	require.NoError(t, err)
	soap, err := trainer.NewSOAP(trainer.SOAPConfig{LearningRate: 0.1})
	require.NoError(t, err)
	for name, opt := range map[string]trainer.Optimizer{"sgd": sgd(t, 0.1), "adam": adam, "muon": muon, "shampoo": shampoo, "soap": soap} {
		p := newParabola()
		for range 300 {
			_, err := opt.Step(trainer.ClipNorm(p, 1))
			require.NoError(t, err)
		}
		for _, x := range p.params[0].Value.Float64s() {
			assert.InDelta(t, 1, x, 1e-3, name)
		}
	}
}

// noProducts is a mini-batch without exact products.
type noProducts struct{ graph.CurvatureObjective }

// K-FAC says what it misses, and fixed mode that keeps λ does without products.
func TestMissingCapability(t *testing.T) {
	model, data := toy(t, trainer.ModelConfig{Seed: 1})
	obj, err := model.Batch(data.x, data.y)
	require.NoError(t, err)
	before, err := obj.Loss()
	require.NoError(t, err)
	var missing *graph.MissingError

	o, err := kfac.New(kfac.Config{})
	require.NoError(t, err)
	_, err = o.Step(newParabola())
	require.ErrorAs(t, err, &missing)
	assert.Equal(t, "CurvatureObjective", missing.Capability)
	_, err = o.Step(noProducts{obj})
	require.ErrorAs(t, err, &missing)
	assert.Equal(t, "ProductObjective", missing.Capability)
	assert.ErrorContains(t, err, "take fixed mode with DampingUpdateSteps None")
	after, err := obj.Loss()
	require.NoError(t, err)
	assert.Equal(t, before, after, "the parameters are as they were")

	o, err = kfac.New(kfac.Config{Mode: kfac.Fixed, DampingUpdateSteps: kfac.None})
	require.NoError(t, err)
	for range 30 {
		after, err = o.Step(noProducts{obj})
		require.NoError(t, err)
	}
	assert.Less(t, after, before/2)
	assert.False(t, math.IsNaN(after))
}
