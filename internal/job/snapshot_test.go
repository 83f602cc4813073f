package job

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/results"
)

// TestSnapshot: a run that is left in the middle of a step has the record that
// it would have had at its end, but for the ending.
func TestSnapshot(t *testing.T) {
	for _, opt := range []string{"kfac", "adam", "muon", "shampoo", "soap"} {
		r := built(t, "-dataset "+blobs(t)+" -opt "+opt+" -hidden 8 -max-steps 7 -eval-every 3 -batch-size 20 -workers 2")
		assert.Zero(t, r.Left().Record().Steps)
		require.NoError(t, r.Fit(t.Context(), unseen))
		whole, left := r.Record(), r.Left().Record()
		assert.Equal(t, results.Interrupted, left.Ending)
		assert.InEpsilon(t, float64(whole.TrainSeconds), float64(left.TrainSeconds), 0.2)
		left.Ending, left.TrainSeconds, left.StepsPerSecond = whole.Ending, whole.TrainSeconds, whole.StepsPerSecond
		want, err := json.Marshal(whole)
		require.NoError(t, err)
		got, err := json.Marshal(left)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got))
	}
}
