package predictions_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/predictions"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/scaling"
	"github.com/gokfac/gokfac/trainer"
)

// counting gives n examples i, −i, and then an error.
type counting struct {
	i, n int
	end  error
}

func (c *counting) Next() ([]float64, error) {
	if c.i == c.n {
		return nil, c.end
	}
	c.i++
	return []float64{float64(c.i), -float64(c.i)}, nil
}

func table(t *testing.T, loss losses.Loss, units int, p trainer.Preparation) *predictions.Table {
	m, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: units, Init: layers.Constant(0), BiasInit: 1}}, loss, trainer.ModelConfig{Input: []int{2}})
	require.NoError(t, err)
	predictor, err := trainer.NewPredictor(m, p)
	require.NoError(t, err)
	return &predictions.Table{Predictor: predictor, Preparation: p, Outputs: units}
}

// called gives examples with names.
type called struct{ counting }

func (c *called) Name() string { return fmt.Sprintf("%d.png", c.i) }

// TestNames: each row has its own name in front, over several chunks.
func TestNames(t *testing.T) {
	var text strings.Builder
	_, err := table(t, losses.SquaredError{}, 1, trainer.Preparation{}).Write(context.Background(), &called{counting{n: 1002, end: io.EOF}}, &text)
	require.NoError(t, err)
	lines := strings.Split(text.String(), "\n")
	assert.Equal(t, []string{"file,value1", "1.png,1", "2.png,1"}, lines[:3])
	assert.Equal(t, []string{"1001.png,1", "1002.png,1", ""}, lines[1001:])
}

func TestTable(t *testing.T) {
	var text strings.Builder
	names := trainer.Preparation{Classes: []string{"a,\"b", "c\nd"}}
	n, err := table(t, losses.SoftmaxCrossEntropy{}, 2, names).Write(context.Background(), &counting{n: 2, end: io.EOF}, &text)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	assert.Equal(t, "class,\"probability of a,\"\"b\",\"probability of c\nd\"\n\"a,\"\"b\",0.5,0.5\n\"a,\"\"b\",0.5,0.5\n", text.String())

	text.Reset()
	units := trainer.Preparation{Targets: scaling.Scaling{Mean: []float64{10}, Deviation: []float64{2}}, Values: []string{"price"}}
	n, err = table(t, losses.SquaredError{}, 1, units).Write(context.Background(), &counting{n: 2501, end: io.EOF}, &text)
	require.NoError(t, err)
	assert.Equal(t, 2501, n, "more than a chunk")
	assert.Equal(t, "price\n12\n12\n", text.String()[:len("price\n12\n12\n")])

	_, err = table(t, losses.SquaredError{}, 1, units).Write(context.Background(), &counting{end: io.EOF}, &text)
	assert.ErrorContains(t, err, "no rows")
	_, err = table(t, losses.SquaredError{}, 1, units).Write(context.Background(), &counting{n: 1, end: errors.New("line 2")}, &text)
	assert.ErrorContains(t, err, "line 2")
	_, err = table(t, losses.SquaredError{}, 1, units).Write(context.Background(), &counting{n: 1, end: io.EOF}, full{})
	assert.ErrorContains(t, err, "writing predictions: full")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = table(t, losses.SquaredError{}, 1, units).Write(ctx, &counting{n: 1, end: io.EOF}, &text)
	assert.ErrorIs(t, err, context.Canceled)
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, fmt.Errorf("full") }
