//go:build gomlx

package gomlx

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/benchmarks/internal/peer"
	"github.com/gokfac/gokfac/benchmarks/internal/workload"
)

// A weight gradient of 784×90 is cut into blocks, which the backend does from 65,536 results on; other products are not.
func TestStepsAreOurs(t *testing.T) {
	const batch = 64
	for _, n := range []workload.Network{workload.MLP(90, 20), workload.Autoencoder(90, 6)} {
		for _, writtenOut := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s by hand %t", n.Name, writtenOut), func(t *testing.T) {
				ours, err := workload.NewTraining(n, batch, "sgd")
				require.NoError(t, err)
				task, err := peer.Of(n, batch, ours)
				require.NoError(t, err)
				theirs, err := New(task, writtenOut)
				require.NoError(t, err)
				d, err := peer.Compare(task, ours, theirs, 3)
				require.NoError(t, err)
				t.Logf("%+v", d)
				assert.Less(t, d.Loss, peer.LossTolerance)
				assert.Less(t, d.Moves, peer.MovesTolerance)
			})
		}
	}
}
