package datasets

import (
	"encoding"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

var (
	_ encoding.BinaryMarshaler   = (*Loader)(nil)
	_ encoding.BinaryUnmarshaler = (*Loader)(nil)
)

// loaderState is what MarshalBinary writes, little endian, before the generator's own encoding. The sizes are there to
// refuse the state of another loader, whose position would mean nothing.
type loaderState struct {
	Version             uint32
	Examples, BatchSize uint32
	Shuffle, Open       bool
	Dealt               uint32
}

const loaderStateVersion = 1

// MarshalBinary encodes the loader's position: the generator as it was when the epoch began, which determines the
// epoch's order, and the number of batches dealt since. The data are not part of it.
func (l *Loader) MarshalBinary() ([]byte, error) {
	state := loaderState{
		Version:   loaderStateVersion,
		Examples:  uint32(len(l.order)),
		BatchSize: uint32(l.opt.BatchSize),
		Shuffle:   l.opt.Shuffle,
		Open:      l.open,
		Dealt:     uint32(l.dealt),
	}
	generator := l.pcg
	if l.open {
		generator = l.start
	}
	data, err := binary.Append(nil, binary.LittleEndian, state)
	if err != nil {
		return nil, fmt.Errorf("datasets: encoding the loader's state: %w", err)
	}
	return generator.AppendBinary(data)
}

// UnmarshalBinary moves the loader to a position written by MarshalBinary; the batches that follow are those that
// would have followed there. It fails, and leaves the loader as it is, if the state is malformed or belongs to a loader
// over another number of examples or with another batch size or Shuffle.
func (l *Loader) UnmarshalBinary(data []byte) error {
	var state loaderState
	used, err := binary.Decode(data, binary.LittleEndian, &state)
	if err != nil {
		return fmt.Errorf("datasets: decoding the loader's state: %w", err)
	}
	if state.Version != loaderStateVersion {
		return fmt.Errorf("datasets: loader state of version %d, this program reads %d", state.Version, loaderStateVersion)
	}
	if int(state.Examples) != len(l.order) || int(state.BatchSize) != l.opt.BatchSize || state.Shuffle != l.opt.Shuffle {
		return fmt.Errorf("datasets: loader state is for %d examples in batches of %d (shuffled: %t), not for %d in batches of %d (shuffled: %t)",
			state.Examples, state.BatchSize, state.Shuffle, len(l.order), l.opt.BatchSize, l.opt.Shuffle)
	}
	if int(state.Dealt) > l.Steps() {
		return fmt.Errorf("datasets: loader state is at batch %d of %d", state.Dealt, l.Steps())
	}
	var generator rand.PCG
	if err := generator.UnmarshalBinary(data[used:]); err != nil {
		return fmt.Errorf("datasets: decoding the loader's generator: %w", err)
	}
	l.prefetch.wait() // for a batch of the old position, which is not dealt
	l.pcg, l.open = generator, false
	if state.Open {
		l.begin()
		l.dealt = int(state.Dealt)
	}
	return nil
}
