package distributed_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/distributed"
)

// TestAloneMeetsOthers: a member that does not know of it is an error of all.
func TestAloneMeetsOthers(t *testing.T) {
	err := distributed.Run(2, func(g distributed.Group) error {
		if g.Rank() == 1 {
			_, err := distributed.Alone(g, 0, func() ([]byte, error) { return nil, nil })
			return err
		}
		_, err := g.Gather(nil)
		return err
	})
	assert.ErrorContains(t, err, "distributed: process 0 is not where the others wait for it")
}

// TestAloneLeft: the one that works gets to know that another has left, and what its own
// error was; those that wait get to know that it has left.
func TestAloneLeft(t *testing.T) {
	failed := errors.New("no memory")
	var seen atomic.Bool
	err := distributed.Run(2, func(g distributed.Group) error {
		if g.Rank() == 1 {
			return errors.New("gone")
		}
		for {
			if err := g.Sum32(make([]float32, 1)); err != nil {
				break
			}
		}
		_, err := distributed.Alone(g, 0, func() ([]byte, error) { return nil, failed })
		var left *distributed.LeftError
		seen.Store(errors.Is(err, failed) && errors.As(err, &left))
		return err
	})
	assert.EqualError(t, err, "process 1 has left the group: gone")
	assert.True(t, seen.Load())

	err = distributed.Run(3, func(g distributed.Group) error {
		_, err := distributed.Alone(g, 2, func() ([]byte, error) { panic("at work") })
		return err
	})
	assert.ErrorContains(t, err, "process 2 has left the group: panic: at work")
}

// TestAloneKeepsNoMessage: the result belongs to whoever gets it.
func TestAloneKeepsNoMessage(t *testing.T) {
	assert.NoError(t, distributed.Run(2, func(g distributed.Group) error {
		first, err := distributed.Alone(g, 0, func() ([]byte, error) { return []byte("first"), nil })
		if err != nil {
			return err
		}
		if _, err = g.Gather([]byte("another gather, with as many bytes")); err != nil {
			return err
		}
		if string(first) != "first" {
			return errors.New("a later gather has changed the result: " + string(first))
		}
		return nil
	}))
}
