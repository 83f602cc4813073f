package float16_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/float16"
)

// TestHalf: the values of IEEE 754-2008, table 3.5, at the ends of each range.
func TestHalf(t *testing.T) {
	for bits, want := range map[uint16]float64{
		0x3c00: 1, 0xc000: -2, 0x3555: 1365.0 / 4096,
		0x7bff: 65504, 0x0400: 0x1p-14, 0x03ff: 0x1p-14 - 0x1p-24, 0x0001: 0x1p-24, 0x0000: 0,
		0x7c00: math.Inf(1), 0xfc00: math.Inf(-1),
	} {
		assert.Equal(t, want, float16.Half(bits), "%#04x", bits)
	}
	assert.True(t, math.Signbit(float16.Half(0x8000)), "−0")
	assert.True(t, math.IsNaN(float16.Half(0x7e00)))
}

func TestBrain(t *testing.T) {
	for bits, want := range map[uint16]float64{0x3f80: 1, 0xbfc0: -1.5, 0x0080: 0x1p-126, 0x7f80: math.Inf(1)} {
		assert.Equal(t, want, float16.Brain(bits), "%#04x", bits)
	}
	assert.True(t, math.IsNaN(float16.Brain(0x7fc0)))
}
