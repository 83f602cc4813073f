package kfac

import (
	"math"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestStatsNumbers: every field survives, with the values that JSON has not.
func TestStatsNumbers(t *testing.T) {
	var s Stats
	v := reflect.ValueOf(&s).Elem()
	require.Equal(t, StatsSize, v.NumField())
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
	s.Ratio = math.Inf(-1)
	got, err := StatsOf(s.Numbers())
	require.NoError(t, err)
	assert.Equal(t, s, got)
	bad := s.Numbers()
	bad[14] = math.NaN()
	_, err = StatsOf(bad)
	assert.ErrorContains(t, err, "a count of NaN")
}
