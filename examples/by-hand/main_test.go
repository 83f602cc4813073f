package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestKFACIsFaster than gradient descent in as many steps, at any of these rates.
func TestKFACIsFaster(t *testing.T) {
	natural, err := train(100, 0)
	require.NoError(t, err)
	assert.Less(t, natural, 0.2)
	for _, rate := range []float64{0.1, 0.3, 1, 3} {
		plain, err := train(100, rate)
		require.NoError(t, err)
		assert.Less(t, natural, 0.6*plain, "rate %g", rate)
	}
}
