package parallel

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSpares(t *testing.T) {
	made := 0
	s := NewSpares(2, func() *int { made++; return new(int) })
	a, b, c := s.Get(), s.Get(), s.Get()
	assert.Equal(t, 3, made)
	*a = 7
	s.Put(a)
	s.Put(b)
	s.Put(c) // one too many, and dropped
	assert.Same(t, a, s.Get())
	assert.Equal(t, 7, *a, "as it was left")
	assert.Same(t, b, s.Get())
	assert.NotSame(t, c, s.Get())
	assert.Equal(t, 4, made)
}
