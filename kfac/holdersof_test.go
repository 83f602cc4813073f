package kfac

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestHoldersOf: a divisor of the number of processes, at least 1.
func TestHoldersOf(t *testing.T) {
	for _, c := range []struct {
		part    float64
		n, want int
	}{
		{1, 4, 4}, {0.5, 4, 2}, {0.49, 4, 1}, {0, 4, 1}, {0.99, 4, 2}, {0.5, 3, 1}, {1, 3, 3}, {1.0 / 3, 3, 1},
		{2.0 / 3, 6, 3}, {2.0 / 3, 3, 1}, {0.7, 6, 3}, {0.1, 10, 1}, {0.2, 10, 2}, {1, 1, 1}, {0, 1, 1},
	} {
		assert.Equal(t, c.want, holdersOf(c.part, c.n), "%v of %d", c.part, c.n)
	}
}
