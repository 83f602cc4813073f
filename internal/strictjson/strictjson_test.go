package strictjson_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/strictjson"
)

func TestDecode(t *testing.T) {
	var v struct {
		A int `json:"a"`
	}
	require.NoError(t, strictjson.Decode([]byte(` {"a":3} `), &v))
	assert.Equal(t, 3, v.A)
	for _, bad := range []string{"", "{", `{"b":1}`, `{"a":1}{}`, `{"a":1}x`, `{"a":"x"}`, "[1]", `{"` + strings.Repeat("\\n", 1000) + `":1}`} {
		err := strictjson.Decode([]byte(bad), &v)
		require.Error(t, err, "%.20s", bad)
		assert.NotContains(t, err.Error(), "\n")
		assert.Less(t, len(err.Error()), 420)
	}
}
