package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestKFACIsFaster than gradient descent at any rate of the program's, in as many steps.
func TestKFACIsFaster(t *testing.T) {
	train, test := digits()
	natural, err := descendNaturally(train, 40)
	require.NoError(t, err)
	assert.Less(t, natural.loss(train), newNetwork().loss(train)/5)
	assert.Greater(t, natural.accuracy(test), 80.0)
	for _, rate := range []float32{0.1, 0.3, 1, 3} {
		plain := descend(train, 40, rate)
		assert.False(t, natural.loss(train) > 0.6*plain.loss(train), "rate %g", rate) // a loss may be NaN
	}
}
