package stream

import (
	"encoding"
	"errors"
	"fmt"

	"github.com/gokfac/gokfac/internal/codec"
)

var (
	_ encoding.BinaryMarshaler   = (*Stream)(nil)
	_ encoding.BinaryUnmarshaler = (*Stream)(nil)
)

// streamState is a stream's position, with the options that the order of its examples depends on.
type streamState struct {
	epoch, dealt      int
	open              bool
	batchSize, window int
	seed              uint64
	keepLast          bool
}

const (
	streamStateKind    = "stream"
	streamStateVersion = 1
)

func (s *streamState) fields() []codec.Field {
	return []codec.Field{
		{Name: "epoch", Value: &s.epoch}, {Name: "dealt", Value: &s.dealt}, {Name: "open", Value: &s.open},
		{Name: "batch size", Value: &s.batchSize}, {Name: "window", Value: &s.window}, {Name: "seed", Value: &s.seed}, {Name: "keep last", Value: &s.keepLast},
	}
}

// MarshalBinary encodes the stream's position: the epoch and the number of batches dealt. The data are not part of it.
func (s *Stream) MarshalBinary() ([]byte, error) {
	if s.err != nil {
		return nil, fmt.Errorf("stream: one that has ended has no position: %w", s.err)
	}
	state := s.state()
	data, err := codec.Encode(streamStateKind, streamStateVersion, state.fields())
	if err != nil {
		return nil, fmt.Errorf("stream: %w", err)
	}
	return data, nil
}

func (s *Stream) state() streamState {
	state := streamState{epoch: s.epoch, open: s.pass != nil, batchSize: s.opt.BatchSize, window: max(s.opt.Window, 1), seed: s.opt.Seed, keepLast: s.opt.KeepLast}
	if state.open {
		state.dealt = s.dealt
	}
	return state
}

// UnmarshalBinary moves the stream to a position written by MarshalBinary. It reads the epoch's sequence from its
// beginning: if the sequence gives the same examples again, the batches that follow are those that would have followed
// there. A state that is damaged, or of another BatchSize, Window, Seed or KeepLast, leaves the stream as it is. After an
// error of the reading the stream has ended.
func (s *Stream) UnmarshalBinary(data []byte) error {
	if s.err != nil {
		return s.err
	}
	var state streamState
	if err := codec.Decode(data, streamStateKind, streamStateVersion, state.fields()); err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	here := s.state()
	if state.batchSize != here.batchSize || state.window != here.window || state.seed != here.seed || state.keepLast != here.keepLast {
		return fmt.Errorf("stream: state is for batches of %d, a window of %d and the seed %d (last batch kept: %t), not for %d, %d and %d (%t)",
			state.batchSize, state.window, state.seed, state.keepLast, here.batchSize, here.window, here.seed, here.keepLast)
	}
	if state.epoch < 0 || state.dealt < 0 || !state.open && state.dealt != 0 || s.Steps() >= 0 && state.dealt > s.Steps() {
		return fmt.Errorf("stream: state is at batch %d of epoch %d (begun: %t)", state.dealt, state.epoch, state.open)
	}
	if s.pass != nil {
		s.pass.abandon()
	}
	s.pass, s.epoch, s.dealt = nil, state.epoch, 0
	for range state.dealt {
		if _, _, ok := s.Next(); !ok {
			if s.err == nil {
				s.err = errors.New("stream: the sequence has fewer examples than when its position was saved")
			}
			return s.err
		}
	}
	return nil
}
