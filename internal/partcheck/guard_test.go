package partcheck_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/partcheck"
)

func boom() error { panic("boom") }

// TestGuard: a panic is an error that names the line of code, the runtime's own panics too.
func TestGuard(t *testing.T) {
	assert.ErrorContains(t, partcheck.Guard(boom), "panic: boom (in github.com/gokfac/gokfac/internal/partcheck_test.boom, guard_test.go:")
	var none []int
	err := partcheck.Guard(func() error { none[0]++; return nil })
	assert.ErrorContains(t, err, "panic: runtime error: index out of range [0] with length 0 (in ")
	assert.ErrorContains(t, err, "TestGuard")
	known := errors.New("known")
	assert.Equal(t, known, partcheck.Guard(func() error { return known }))
	assert.NoError(t, partcheck.Guard(func() error { return nil }))
}

// TestFewestObjects: what every run allocates counts, what one of many does not.
func TestFewestObjects(t *testing.T) {
	var kept []*[64]byte
	runs := 0
	count := func(every int) uint64 {
		n, err := partcheck.FewestObjects(func() error {
			if kept = kept[:0]; runs%every == 0 {
				kept = append(kept, new([64]byte), new([64]byte))
			}
			runs++
			return nil
		})
		assert.NoError(t, err)
		return n
	}
	kept = make([]*[64]byte, 0, 2)
	assert.EqualValues(t, 2, count(1))
	assert.Zero(t, count(2))
	failed := errors.New("failed")
	_, err := partcheck.FewestObjects(func() error { return failed })
	assert.Equal(t, failed, err)
}
