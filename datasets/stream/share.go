package stream

import "github.com/gokfac/gokfac/internal/shares"

// Share is what process Rank of Size is dealt of every batch, where processes train one
// model together: the examples of the numbers Rank, Rank+Size, Rank+2·Size, … of the
// batch. Every process reads the whole sequence. Epochs, the order, BatchSize, Window,
// Steps and the state are those of the whole: a state that one process has saved is any
// other's, of any number of processes. The zero value is the whole.
//
// A process that has no example of a batch, as of an epoch's short last one, is dealt the
// batch's first in its place: see [Stream.Share].
type Share struct{ Rank, Size int }

func (s Share) rows() shares.Share { return shares.Share(s) }

// Share says which examples the batch that Next returned last has: those of the numbers
// first, first + step, … among the of examples that all processes are dealt. Where first
// is not below of there is none, and the batch is a single example that stands in.
func (s *Stream) Share() (first, step, of int) {
	return s.opt.Share.Rank, s.opt.Share.rows().Step(), s.whole
}
