package codec

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLists(t *testing.T) {
	for _, items := range [][][]byte{nil, {{}}, {{1, 2}, {}, {3}}} {
		data := EncodeList(items)
		got, err := DecodeList(data)
		require.NoError(t, err)
		require.Len(t, got, len(items))
		for i := range items {
			assert.Equal(t, items[i], append([]byte{}, got[i]...))
		}
	}
	for _, bad := range [][]byte{{1}, {1, 0, 0, 0, 0, 0, 0, 0}, {255, 255, 255, 255, 255, 255, 255, 255, 1}} {
		_, err := DecodeList(bad)
		assert.ErrorIs(t, err, errMalformed)
	}
}

func TestFloatLists(t *testing.T) {
	x := []float64{0, math.Copysign(0, -1), math.Pi, math.Inf(1), math.NaN(), 5e-324}
	got, err := DecodeFloats(EncodeFloats(x))
	require.NoError(t, err)
	for i, v := range x {
		assert.Equal(t, math.Float64bits(v), math.Float64bits(got[i]))
	}
	_, err = DecodeFloats(make([]byte, 9))
	assert.ErrorIs(t, err, errMalformed)
}

func FuzzDecodeList(f *testing.F) {
	f.Add(EncodeList([][]byte{{1, 2, 3}, {}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		items, err := DecodeList(data)
		if err == nil {
			assert.Equal(t, data, EncodeList(items)[:len(data):len(data)])
		}
	})
}
