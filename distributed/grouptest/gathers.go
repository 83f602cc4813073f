package grouptest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gokfac/gokfac/distributed"
)

// gathers: each member gives bytes of its own, of a length of its own, which may be none.
func gathers(g distributed.Group) error {
	for _, unit := range []int{0, 1, 7, 56, 57, 64, 1000, 30011} {
		for shift := range min(g.Size(), 3) {
			length := func(rank int) int { return (rank + shift) % g.Size() * unit }
			own := pattern(g.Rank(), length(g.Rank()))
			all, err := g.Gather(own)
			if err != nil {
				return err
			}
			if len(all) != g.Size() {
				return fmt.Errorf("a gather returns the bytes of %d members, want %d", len(all), g.Size())
			}
			for rank, data := range all {
				if string(data) != string(pattern(rank, length(rank))) {
					return fmt.Errorf("a gather returns %d bytes of process %d that are not the %d it gave", len(data), rank, length(rank))
				}
			}
			if string(own) != string(pattern(g.Rank(), length(g.Rank()))) {
				return errors.New("a gather writes to its argument")
			}
		}
	}
	return nil
}

// pattern are bytes that no other rank has.
func pattern(rank, n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i*7 + i>>8 + rank*31)
	}
	return data
}

// alone: everybody gets what one member computes, however long it takes, or its error.
func alone(g distributed.Group) error {
	for root := range g.Size() {
		for _, length := range []int{0, 3, 5000} {
			result, err := distributed.Alone(g, root, func() ([]byte, error) {
				if root == 0 && length == 3 {
					time.Sleep(2500 * time.Millisecond) // two signs of life
				}
				return pattern(root, length), nil
			})
			if err != nil {
				return err
			}
			if string(result) != string(pattern(root, length)) {
				return fmt.Errorf("process %d alone: %d bytes that are not its %d", root, len(result), length)
			}
		}
		_, err := distributed.Alone(g, root, func() ([]byte, error) { return []byte("of no use"), errors.New("it cannot be done") })
		if err == nil || !strings.Contains(err.Error(), "it cannot be done") {
			return fmt.Errorf("process %d alone fails: the error is %v", root, err)
		}
	}
	return nil
}
