package job

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/kfac"
)

func TestDiagnostics(t *testing.T) {
	nan := math.NaN()
	var v interval
	text := func() string {
		b, err := json.Marshal(v.diagnostics())
		require.NoError(t, err)
		return string(b)
	}
	assert.Equal(t, "null", text())
	v.addKFAC(kfac.Stats{Loss: 3, Actual: nan, Ratio: nan, UpdateTime: time.Second})
	assert.Contains(t, text(), `"rho":null,"predicted_change":null,"actual_change":null`)
	v.addKFAC(kfac.Stats{Loss: 2.5, Actual: nan, Ratio: nan, Predicted: -0.25})
	assert.Contains(t, text(), `"rho":null,"predicted_change":-0.25,"actual_change":null`)
	v.addKFAC(kfac.Stats{Loss: 2, Predicted: -1, Actual: -0.5, Ratio: 0.5, UpdateTime: 2 * time.Second})
	v.addKFAC(kfac.Stats{Loss: 1, Damping: 0.5, LeastDamping: 0.25, Gamma: 2, Predicted: -7, Actual: nan, Ratio: nan, Condition: math.Inf(1)})
	assert.Contains(t, text(), `"rho":0.5,"predicted_change":-1,"actual_change":-0.5`)
	assert.Contains(t, text(), `{"loss":1,"damping":0.5,"min_damping":0.25,"gamma":2,`)
	assert.Contains(t, text(), `"condition":null,"undone_steps":0}`)
	v.addKFAC(kfac.Stats{Predicted: -2, Actual: nan, Ratio: nan, Undone: true})
	assert.Contains(t, text(), `"rho":null,"predicted_change":-2,"actual_change":null`)
	assert.Contains(t, text(), `"undone_steps":1}`)
	phases, err := json.Marshal(v.phases.fields())
	require.NoError(t, err)
	assert.Equal(t, `{"gradient":0,"inverse":0,"product":0,"update":3,"damping":0}`, string(phases))
}

// TestMemory: what each structure keeps, on 784-512-512-10.
func TestMemory(t *testing.T) {
	bytes := func(args string) float64 {
		s := resolved(t, "-dtype float32 -batch-size 1 "+args)
		return memoryNeeded(s, 784, chain(784, 512, 512, 10)) / overhead
	}
	params := 4 * float64(785*512+513*512+513*10)
	none := bytes("-opt sgd -momentum none") + params // value, gradient, proposal and last update
	of := func(structure kfac.Structure) float64 {
		return bytes("-kfac-mode fixed -kfac-polyak none -kfac-structure "+string(structure)) - none
	}
	block := of(kfac.BlockDiagonal)
	assert.InEpsilon(t, 4*params, of(kfac.Diagonal), 0.01)
	assert.Greater(t, of(kfac.LowRank), block)
	assert.Less(t, of(kfac.LowRank), 1.1*block)
	for _, structure := range []kfac.Structure{kfac.BlockTridiagonal, kfac.EKFAC} {
		assert.Greater(t, of(structure), block, structure)
		assert.Less(t, of(structure), 3*block, structure)
	}
	assert.InEpsilon(t, 32*math.Pow(params/4, 2), of(kfac.Full), 0.01)
	assert.InEpsilon(t, params, bytes("-kfac-polyak 0.9")-bytes("-kfac-polyak none"), 1e-9)
	assert.Greater(t, bytes("-batch-size 1000 -kfac-product-fraction 1 -kfac-mode adaptive"),
		bytes("-batch-size 1000 -kfac-product-fraction 1 -kfac-polyak none -kfac-mode fixed"))
	assert.Greater(t, bytes("-batch-size 1000 -kfac-product-fraction 1"), bytes("-batch-size 1000 -kfac-product-fraction 0.5"))
}
