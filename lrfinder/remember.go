package lrfinder

import (
	"errors"
	"fmt"

	"github.com/gokfac/gokfac/trainer"
)

// remember returns a function that puts the model and the data back to where they are now.
func remember(model *trainer.Model, train trainer.Source) (restore func() error, err error) {
	if train == nil {
		return nil, errors.New("lrfinder: a test needs data")
	}
	weights, err := model.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("lrfinder: %w", err)
	}
	back, err := position(train)
	if err != nil {
		return nil, err
	}
	return func() error {
		err := errors.Join(model.UnmarshalBinary(weights), back())
		if err != nil {
			err = fmt.Errorf("lrfinder: after the test, the model or the data are not as they were: %w", err)
		}
		return err
	}, nil
}

// position returns a function that moves the data back.
func position(train trainer.Source) (back func() error, err error) {
	if s, ok := train.(trainer.State); ok {
		at, err := s.MarshalBinary()
		if err != nil {
			return nil, fmt.Errorf("lrfinder: the data: %w", err)
		}
		return func() error { return s.UnmarshalBinary(at) }, nil
	}
	if r, ok := train.(trainer.Rewinder); ok {
		back := r.Rewind()
		return func() error { back(); return nil }, nil
	}
	return nil, fmt.Errorf("lrfinder: the data, a %T, cannot be put back after the test: give them MarshalBinary and UnmarshalBinary, or Rewind", train)
}
