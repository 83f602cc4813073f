package elementwise

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestPower: the relative error of power, and of what it gives for eˣ-1, is below 10⁻¹³. Small arguments are those where
// the latter would lose digits.
func TestPower(t *testing.T) {
	const bound = 1e-13
	worst := 0.0
	try := func(x float64) {
		s, q := power(x)
		worst = max(worst, math.Abs((s+s*q)/math.Exp(x)-1), math.Abs(((s-1)+s*q)/math.Expm1(x)-1))
	}
	for i := 1; i <= 200_000; i++ {
		x := powerLimit * float64(i) / 200_000
		try(x)
		try(-x)
	}
	for x := 0.1; x > 1e-30; x *= 0.99 {
		try(x)
		try(-x)
	}
	t.Logf("%.2g", worst)
	assert.Less(t, worst, bound)
	s, q := power(math.NaN())
	assert.True(t, math.IsNaN(s+s*q))
}
