package standard_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/standard"
)

func TestSame(t *testing.T) {
	sum := 0.0
	for range 10 {
		sum += 0.1
	}
	assert.NotEqual(t, 1.0, sum)
	assert.True(t, standard.Same(sum, 1), "1 but for rounding")
	assert.True(t, standard.Same(-1-0x1p-48, -1))
	assert.False(t, standard.Same(1+0x1p-47, 1))
	assert.True(t, standard.Same(0, 0))
	assert.False(t, standard.Same(math.SmallestNonzeroFloat64, 0), "0 has no rounding")
}
