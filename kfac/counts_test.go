package kfac

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFailuresAreCountedFromTheStart, over all steps.
func TestFailuresAreCountedFromTheStart(t *testing.T) {
	b := randomBowl(1, []float64{1, 2, 3})
	o := newOptimizer(t, Config{Damping: 1})
	o.pre.report.Failed = 5
	for range 3 {
		_, err := o.Step(b)
		require.NoError(t, err)
		assert.Equal(t, 5, o.Stats().FailedInverses)
	}
}
