package stream

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestInMemory(t *testing.T) {
	x := [][]float64{{1, 2}, {3, 4}, {5, 6}}
	s := newTestStream(t, Rows(x, []int{2, 0, 1}), Options{Shape: []int{2}, BatchSize: 3})
	values, labels, ok := s.Next()
	require.True(t, ok)
	assert.Equal(t, []float32{1, 2, 3, 4, 5, 6}, values.Data())
	assert.Equal(t, []int32{2, 0, 1}, labels.Data())

	s = newTestStream(t, Pairs(x, [][]float64{{7}, {8}, {9}}), Options{Shape: []int{2}, Outputs: 1, BatchSize: 2})
	values, targets, ok := s.Next()
	require.True(t, ok)
	assert.Equal(t, []float32{1, 2, 3, 4}, values.Data())
	assert.Equal(t, []float32{7, 8}, targets.Data())

	s = newTestStream(t, Rows(x, []int{1}), Options{Shape: []int{2}, BatchSize: 2})
	_, _, ok = s.Next()
	assert.False(t, ok)
	assert.EqualError(t, s.Err(), "stream: after 0 examples of epoch 1: 3 examples have 1 labels")
}
