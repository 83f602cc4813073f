package codec

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRows: rows come back in any number up to Most, and nothing else does.
func TestRows(t *testing.T) {
	field := func(x *[]float32, width, most int) []Field {
		return []Field{{"rows", &Rows[float32]{Data: x, Width: width, Most: most}}}
	}
	saved := []float32{1, 2, 3, 4, 5, 6}
	data, err := Encode("x", 1, field(&saved, 2, 3))
	require.NoError(t, err)
	for _, have := range [][]float32{nil, {9, 9}, {9, 9, 9, 9, 9, 9, 9, 9}} {
		x := have
		require.NoError(t, Decode(data, "x", 1, field(&x, 2, 4)))
		assert.Equal(t, saved, x)
	}
	var none []float32
	empty, err := Encode("x", 1, field(&none, 2, 3))
	require.NoError(t, err)
	x := []float32{7, 8}
	require.NoError(t, Decode(empty, "x", 1, field(&x, 2, 3)))
	assert.Empty(t, x)

	x = []float32{7, 8}
	assert.EqualError(t, Decode(data, "x", 1, field(&x, 2, 2)), `x state: "rows": 3×2 float32s saved, 1×2 float32s here`)
	assert.EqualError(t, Decode(data, "x", 1, field(&x, 1, 9)), `x state: "rows": 3×2 float32s saved, 2×1 float32s here`)
	wide := []float64{1, 2}
	assert.EqualError(t, Decode(data, "x", 1, []Field{{"rows", &Rows[float64]{Data: &wide, Width: 2, Most: 3}}}),
		`x state: "rows": 3×2 float32s saved, 1×2 float64s here`)
	assert.Equal(t, []float32{7, 8}, x)

	short := seal(append(append([]byte{}, data[:len(data)-12]...), data[len(data)-4:]...)) // 4 of 6 elements
	assert.Error(t, Decode(short, "x", 1, field(&x, 2, 3)))
	assert.Equal(t, []float32{7, 8}, x)
}
