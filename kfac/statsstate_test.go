package kfac

import (
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestStatsState: every field survives, with the values that JSON has not.
func TestStatsState(t *testing.T) {
	var s Stats
	v := reflect.ValueOf(&s).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.Float64:
			f.SetFloat(float64(i) + 0.1)
		case reflect.Int64, reflect.Int:
			f.SetInt(int64(i) + 1)
		case reflect.Bool:
			f.SetBool(true)
		default:
			t.Fatalf("a field of kind %v", f.Kind())
		}
	}
	s.Ratio, s.GradientTime = math.Inf(-1), time.Duration(math.MaxInt64)
	data, err := s.MarshalBinary()
	require.NoError(t, err)
	var got Stats
	require.NoError(t, got.UnmarshalBinary(data))
	assert.Equal(t, s, got)
	assert.ErrorContains(t, got.UnmarshalBinary(data[:len(data)-1]), "cut short")
	assert.Equal(t, s, got)
}
