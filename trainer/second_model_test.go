package trainer_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestOptimizerServesOneModel: moments belong to parameters, and another
// model's are refused and left alone.
func TestOptimizerServesOneModel(t *testing.T) {
	sgd, err := trainer.NewSGD(trainer.SGDConfig{})
	require.NoError(t, err)
	adam, err := trainer.NewAdam(trainer.AdamConfig{})
	require.NoError(t, err)
	muon, err := trainer.NewMuon(trainer.MuonConfig{})
	require.NoError(t, err)
	shampoo, err := trainer.NewShampoo(trainer.ShampooConfig{})
	require.NoError(t, err)
	soap, err := trainer.NewSOAP(trainer.SOAPConfig{})
	require.NoError(t, err)
	for _, o := range []trainer.Optimizer{sgd, adam, muon, shampoo, soap} {
		objective := func(units int) trainer.MiniBatch {
			m, err := trainer.NewModel(&layers.Dense{Units: units}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{2}})
			require.NoError(t, err)
			obj, err := m.Batch(graph.NewDense(graph.Float32, 3, 2), graph.NewDense(graph.Float32, 3, units))
			require.NoError(t, err)
			return obj
		}
		_, err := o.Step(objective(2))
		require.NoError(t, err)
		other := objective(5)
		before := append([]float32{}, other.Params()[0].Value.Float32s()...)
		_, err = o.Step(other)
		assert.ErrorContains(t, err, "one model")
		assert.Equal(t, before, other.Params()[0].Value.Float32s())
	}
}
