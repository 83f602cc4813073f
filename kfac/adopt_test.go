package kfac

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

// TestAdopt: a restored average is there before the first step for who adopts the model,
// and the steps that follow are the same.
func TestAdopt(t *testing.T) {
	cfg := Config{Polyak: 0.9}
	whole := newRun(t, cfg, graph.Float32, 1, 3).steps(0, 5)
	m, o := whole.save()
	want := whole.parameters()

	fresh := newRun(t, cfg, graph.Float32, 2, 3)
	obj := fresh.batch(0)
	fresh.load(m, o)
	require.NotEqual(t, want, fresh.parameters(), "no model is known")
	require.NoError(t, fresh.optimizer.Adopt(obj))
	fresh.load(m, o) // batch has drawn a mask
	assert.Equal(t, want, fresh.parameters())
	whole.steps(5, 8)
	assert.Equal(t, whole.history[5:], fresh.steps(5, 8).history)

	other := newRun(t, cfg, graph.Float32, 2, 4)
	obj = other.batch(0)
	require.NoError(t, other.optimizer.UnmarshalBinary(o))
	assert.ErrorContains(t, other.optimizer.Adopt(obj), "kfac: restoring the state: ")
}
