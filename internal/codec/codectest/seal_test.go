package codectest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/codec"
	"github.com/gokfac/gokfac/internal/codec/codectest"
)

func TestSeal(t *testing.T) {
	inner, n := []byte(nil), 7
	body, err := codec.Encode("inner", 1, []codec.Field{{Name: "n", Value: &n}})
	require.NoError(t, err)
	data, err := codec.Encode("outer", 1, []codec.Field{{Name: "body", Value: &body}, {Name: "n", Value: &n}})
	require.NoError(t, err)
	assert.Equal(t, data, codectest.Seal(data), "a state is sealed")
	assert.Equal(t, []byte("no state"), codectest.Seal([]byte("no state")))

	data[len(data)-1]++     // the outer checksum
	data[len(data)-5]++     // the outer n, 7 + 1<<56
	data[len(data)-33] ^= 1 // the inner n, 7 + 1<<32
	fields := []codec.Field{{Name: "body", Value: &inner}, {Name: "n", Value: &n}}
	require.Error(t, codec.Decode(data, "outer", 1, fields))
	require.NoError(t, codec.Decode(codectest.Seal(data), "outer", 1, fields))
	assert.Equal(t, 7+1<<56, n)
	require.NoError(t, codec.Decode(inner, "inner", 1, []codec.Field{{Name: "n", Value: &n}}))
	assert.Equal(t, 7+1<<32, n)
	for i := range data {
		codectest.Seal(data[i:])
		codectest.Seal(data[:i])
	}
}
