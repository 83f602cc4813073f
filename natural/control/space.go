package control

import (
	"fmt"
	"math"
)

// Space is a set of actions: the whole numbers from 0 to N−1, or a box of vectors.
type Space struct {
	N         int       // of a discrete space; 0 of a box
	Low, High []float64 // bounds of a box, one for each element of an action
}

// Discrete is the space of n actions.
func Discrete(n int) Space { return Space{N: n} }

// Box is the space of vectors from low to high.
func Box(low, high []float64) Space { return Space{Low: low, High: high} }

// Discrete reports whether the actions are numbers from 0 to N−1.
func (s Space) Discrete() bool { return s.N > 0 }

// Size is the number of elements of an action: 1 of a discrete space.
func (s Space) Size() int {
	if s.Discrete() {
		return 1
	}
	return len(s.Low)
}

// Check returns an error that names the allowed values unless action is in the space.
func (s Space) Check(action []float64) error {
	if len(action) != s.Size() {
		return fmt.Errorf("control: an action of %d elements: want %d", len(action), s.Size())
	}
	if s.Discrete() {
		if v := action[0]; !(v >= 0 && v < float64(s.N)) || v != math.Trunc(v) {
			return fmt.Errorf("control: action %v: want a whole number from 0 to %d", v, s.N-1)
		}
		return nil
	}
	for i, v := range action {
		if !(v >= s.Low[i] && v <= s.High[i]) {
			return fmt.Errorf("control: element %d of the action is %v: want a number from %v to %v", i, v, s.Low[i], s.High[i])
		}
	}
	return nil
}

// Clip fills dst with the action of the space that is nearest to action, whose elements
// are finite. A discrete action is copied.
func (s Space) Clip(dst, action []float64) {
	copy(dst, action)
	for i := range s.Low {
		dst[i] = min(max(action[i], s.Low[i]), s.High[i])
	}
}

func (s Space) String() string {
	if s.Discrete() {
		return fmt.Sprintf("%d actions", s.N)
	}
	return fmt.Sprintf("a box from %v to %v", s.Low, s.High)
}
