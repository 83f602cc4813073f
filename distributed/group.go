package distributed

import "fmt"

// Group is a fixed number of members that compute one thing together, each a process of
// its own or, in tests, a goroutine. All members make the same calls in the same order,
// with slices of the same lengths: a call returns when every member has made it. The
// calls of one member belong to one goroutine at a time.
//
// An error of a call is final: a member has gone (*LeftError), or the members' calls do
// not fit together. No later call succeeds.
type Group interface {
	// Rank is the member's number, 0 … Size−1.
	Rank() int
	// Size is the number of members.
	Size() int
	// Sum32 replaces the elements of x by their sums over the members. All members get
	// the same bits.
	Sum32(x []float32) error
	// Sum64 is Sum32 in float64.
	Sum64(x []float64) error
	// Gather returns what each member has given, in the order of ranks. Lengths may
	// differ. The result is valid until the next call.
	Gather(own []byte) ([][]byte, error)
	// Split makes groups of the members that give the same colour, in the order of
	// ranks, and returns the member's own. A colour is at least 0.
	Split(colour int) (Group, error)
	// Leave ends the work of the group for the reason err: a member that cannot go on
	// calls it, so that the others do not wait for it. Among processes it may end them
	// all, this one included, without returning.
	Leave(err error)
}

// Shared is an objective, or another thing, that every member of a group has a share of.
type Shared interface{ Group() Group }

// LeftError is the error of a call that a member will never make.
type LeftError struct {
	Rank int   // of the member that has left
	Err  error // its reason
}

func (e *LeftError) Error() string {
	return fmt.Sprintf("process %d has left the group: %v", e.Rank, e.Err)
}

// Unwrap returns the member's reason.
func (e *LeftError) Unwrap() error { return e.Err }
