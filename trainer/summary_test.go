package trainer_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

func TestSummary(t *testing.T) {
	shared := &layers.Dense{Units: 16, NoBias: true, Name: "shared"}
	net := layers.Sequential{
		&layers.Flatten{}, &layers.Dense{Units: 16}, layers.ReLU(),
		layers.Sequential{shared, layers.Tanh(), &layers.Dropout{Rate: 0.25}}, shared,
		&layers.Dense{Units: 10}, layers.Identity(),
	}
	m, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{28, 28}})
	require.NoError(t, err)
	want := `
layer             output  parameters
input             28×28   0
Flatten           784     0
Dense(16) dense1  16      12560
ReLU              16      0
Dense(16) shared  16      256
Tanh              16      0
Dropout(0.25)     16      0
Dense(16) shared  16      256
Dense(10) dense2  10      170
Identity          10      0
total                     12986
`
	assert.Equal(t, strings.TrimPrefix(want, "\n"), m.Summary())
}
