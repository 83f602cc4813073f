// Package shares says what is whose, where several processes share it: of the examples of
// a mini-batch those of the numbers r, r+P, r+2P, … are process r's of P (Share), and
// pieces of work are shared out by their cost (Assign).
package shares

import "fmt"

// Share is that of process Rank of Size. The zero value is the whole.
type Share struct{ Rank, Size int }

// Validate returns an error that says what is wrong.
func (s Share) Validate() error {
	switch {
	case s == Share{}:
		return nil
	case s.Size < 1:
		return fmt.Errorf("a share for one of %d processes: want a Size of 1 or more, and no Rank without it", s.Size)
	case s.Rank < 0 || s.Rank >= s.Size:
		return fmt.Errorf("the share of process %d of %d: want a Rank from 0 to %d", s.Rank, s.Size, s.Size-1)
	}
	return nil
}

// Step is the distance between the numbers.
func (s Share) Step() int { return max(s.Size, 1) }

// Rows is how many of n examples the process has. It is at least 1, with the stand-in of a
// process that has none.
func (s Share) Rows(n int) int { return max((n-s.Rank+s.Step()-1)/s.Step(), 1) }

// Row is where example i of a mini-batch goes, for examples that come one after the other:
// −1 if it is another process's. The first goes to row 0, where it stands in until the
// process's own comes.
func (s Share) Row(i int) int {
	if i > 0 && i%s.Step() != s.Rank {
		return -1
	}
	return i / s.Step()
}

// Number is the number of row j, of n examples: 0 where it is a stand-in.
func (s Share) Number(j, n int) int {
	if k := s.Rank + j*s.Step(); k < n {
		return k
	}
	return 0
}
