package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNaturalGradientIsFaster: the same rule along U is further after as many steps, each at
// its best learning rate.
func TestNaturalGradientIsFaster(t *testing.T) {
	plain, _, err := best(150, false)
	require.NoError(t, err)
	natural, _, err := best(150, true)
	require.NoError(t, err)
	assert.Less(t, natural, 0.7*plain)
}
