package datasets

import (
	"encoding"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/gokfac/gokfac/internal/codec"
)

var (
	_ encoding.BinaryMarshaler   = (*Loader)(nil)
	_ encoding.BinaryUnmarshaler = (*Loader)(nil)
)

// loaderState is a loader's position, in a codec state. The sizes are stored so that the state of another loader, whose
// position would mean nothing here, is refused.
type loaderState struct {
	examples, batchSize int
	shuffle, open       bool
	dealt               int
	generator           rand.PCG
	epoch               int
	augmentation        string
	seed                uint64 // of the augmentation
}

const (
	loaderStateKind    = "loader"
	loaderStateVersion = 3
	loaderStateOrder   = 2 // had the order alone; the first had neither a name nor a checksum
)

func (s *loaderState) fields() []codec.Field {
	return append(s.orderFields(), codec.Field{Name: "epoch", Value: &s.epoch},
		codec.Field{Name: "augmentation", Value: &s.augmentation}, codec.Field{Name: "seed", Value: &s.seed})
}

// orderFields are those of loaderStateOrder.
func (s *loaderState) orderFields() []codec.Field {
	return []codec.Field{
		{Name: "examples", Value: &s.examples}, {Name: "batch size", Value: &s.batchSize}, {Name: "shuffle", Value: &s.shuffle},
		{Name: "open", Value: &s.open}, {Name: "dealt", Value: &s.dealt}, {Name: "generator", Value: &s.generator},
	}
}

// MarshalBinary encodes the loader's position: the generator as it was when the epoch began, which determines the
// epoch's order, the number of batches dealt since, and, for the augmentation, its seed and the epoch's number. The data are
// not part of it.
func (l *Loader) MarshalBinary() ([]byte, error) {
	state := loaderState{
		examples: len(l.order), batchSize: l.opt.BatchSize, shuffle: l.opt.Shuffle, open: l.open, generator: l.pcg,
		epoch: l.epoch, augmentation: l.opt.Augmentation.String(),
	}
	if l.augment != nil {
		state.seed = l.augment.seed
	}
	if l.open {
		state.dealt, state.generator = l.dealt, l.start
	}
	data, err := codec.Encode(loaderStateKind, loaderStateVersion, state.fields())
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	return data, nil
}

// UnmarshalBinary moves the loader to a position written by MarshalBinary; the batches that follow are those that
// would have followed there. It fails, and leaves the loader as it is, if the state is damaged or belongs to a loader
// over another number of examples or with another batch size, Shuffle or Augmentation. A state that was written before
// there was augmentation is one without.
func (l *Loader) UnmarshalBinary(data []byte) error {
	state := loaderState{augmentation: Augmentation{}.String()}
	version, fields := uint32(loaderStateVersion), state.fields()
	if codec.Check(data, loaderStateKind, loaderStateOrder) == nil {
		version, fields = loaderStateOrder, state.orderFields()
	}
	if err := codec.Decode(data, loaderStateKind, version, fields); err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	if state.examples != len(l.order) || state.batchSize != l.opt.BatchSize || state.shuffle != l.opt.Shuffle {
		return fmt.Errorf("datasets: loader state is for %d examples in batches of %d (shuffled: %t), not for %d in batches of %d (shuffled: %t)",
			state.examples, state.batchSize, state.shuffle, len(l.order), l.opt.BatchSize, l.opt.Shuffle)
	}
	if here := l.opt.Augmentation.String(); state.augmentation != here {
		return fmt.Errorf("datasets: loader state is for the augmentation %s, not for %s", state.augmentation, here)
	}
	if l.augment == nil && state.seed != 0 {
		return errors.New("datasets: loader state has a seed for no augmentation: it is damaged")
	}
	if state.epoch < 0 {
		return fmt.Errorf("datasets: loader state is of epoch %d", state.epoch)
	}
	if state.dealt < 0 || state.dealt > l.Steps() {
		return fmt.Errorf("datasets: loader state is at batch %d of %d", state.dealt, l.Steps())
	}
	if !state.open && state.dealt != 0 {
		return fmt.Errorf("datasets: loader state is at batch %d of an epoch that has not begun", state.dealt)
	}
	l.prefetch.wait() // wait for the batch of the old position; it is not dealt
	l.pcg, l.epoch, l.open = state.generator, state.epoch, false
	if l.augment != nil {
		l.augment.seed = state.seed
	}
	if state.open {
		l.begin()
		l.dealt = state.dealt
	}
	return nil
}
