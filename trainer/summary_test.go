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
layer             output  parameters  K-FAC
input             28×28   0
Flatten           784     0
Dense(16) dense1  16      12560       A ⊗ G, 785×785 ⊗ 16×16
ReLU              16      0
Dense(16) shared  16      256         diagonal
Tanh              16      0
Dropout(0.25)     16      0
Dense(16) shared  16      256         diagonal
Dense(10) dense2  10      170         A ⊗ G, 17×17 ⊗ 10×10
Identity          10      0
total                     12986
not under exactly one tap, so K-FAC takes the diagonal of their Fisher: shared.weight
`
	assert.Equal(t, strings.TrimPrefix(want, "\n"), m.Summary())
}

// The line below the table names what is under no tap or under several, and is
// not there where nothing is.
func TestSummaryNamesLooseParameters(t *testing.T) {
	const line = "not under exactly one tap"
	m := newModel(t, looseNet(), losses.SquaredError{}, 4, 0)
	_, last, ok := strings.Cut(m.Summary(), "\n"+line)
	require.True(t, ok)
	obj, _, _ := batch(t, m, losses.SquaredError{}, 3)
	assert.Equal(t, ", so K-FAC takes the diagonal of their Fisher: "+strings.Join(names(obj.Loose()), ", ")+"\n", last)
	assert.NotContains(t, newModel(t, &layers.Dense{Units: 3}, losses.SquaredError{}, 4, 0).Summary(), line)
}
