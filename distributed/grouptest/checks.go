package grouptest

import (
	"errors"
	"fmt"

	"github.com/gokfac/gokfac/distributed"
)

// Check is a part of what a group must do.
type Check struct {
	Name string
	// Run returns what is wrong. All members of the group call it.
	Run func(g distributed.Group) error
}

// Checks are all of them, to be run in this order or any other.
func Checks() []Check {
	return []Check{
		{"ranks", ranks},
		{"sums", sums},
		{"same bits", sameBits},
		{"infinities", infinities},
		{"gathers", gathers},
		{"splits", splits},
		{"splits of splits", splitsOfSplits},
		{"alone", alone},
	}
}

// Run runs all checks.
func Run(g distributed.Group) error {
	for _, c := range Checks() {
		if err := c.Run(g); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	return nil
}

// Leaving checks that the other members get to know when the last one leaves, in the call
// that they wait in and in the next ones.
func Leaving(g distributed.Group) error {
	if g.Size() == 1 {
		return nil
	}
	reason, last := errors.New("its own reason"), g.Size()-1
	if g.Rank() == last {
		g.Leave(reason)
		return nil
	}
	for _, c := range []struct {
		name string
		call func() error
	}{
		{"Sum32", func() error { return g.Sum32(make([]float32, 3)) }},
		{"Sum64", func() error { return g.Sum64(make([]float64, 3)) }},
		{"Gather", func() error { _, err := g.Gather([]byte{1}); return err }},
		{"Split", func() error { _, err := g.Split(0); return err }},
	} {
		var left *distributed.LeftError
		if err := c.call(); !errors.As(err, &left) {
			return fmt.Errorf("%s of a group that process %d has left: %v, want a LeftError", c.name, last, err)
		}
		if left.Rank != last || left.Err == nil {
			return fmt.Errorf("%s: process %d has left, says %v: want process %d and its reason", c.name, left.Rank, left, last)
		}
	}
	return nil
}

// ranks: every member has one of its own.
func ranks(g distributed.Group) error {
	if g.Rank() < 0 || g.Rank() >= g.Size() {
		return fmt.Errorf("rank %d of %d members", g.Rank(), g.Size())
	}
	seen := make([]float64, g.Size())
	seen[g.Rank()] = 1
	if err := g.Sum64(seen); err != nil {
		return err
	}
	for rank, n := range seen {
		if n != 1 {
			return fmt.Errorf("%v members have the rank %d", n, rank)
		}
	}
	return nil
}
