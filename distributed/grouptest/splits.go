package grouptest

import (
	"fmt"
	"math"

	"github.com/gokfac/gokfac/distributed"
)

// splits: members of one colour are a group, in the order of ranks, beside the whole one.
func splits(g distributed.Group) error {
	for _, c := range []struct {
		name   string
		colour func(rank int) int
	}{
		{"all", func(int) int { return 3 }},
		{"odd, even", func(rank int) int { return rank % 2 }},
		{"each alone", func(rank int) int { return g.Size() - rank }},
		{"large", func(rank int) int { return math.MaxInt - rank/2 }},
	} {
		part, err := g.Split(c.colour(g.Rank()))
		if err != nil {
			return err
		}
		if err := isPart(g, part, c.colour); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// isPart checks a part of g, whose members are those of the own colour, and g itself.
func isPart(g, part distributed.Group, colour func(rank int) int) error {
	var members []int
	own := -1
	for rank := range g.Size() {
		if colour(rank) != colour(g.Rank()) {
			continue
		}
		if rank == g.Rank() {
			own = len(members)
		}
		members = append(members, rank)
	}
	if part.Size() != len(members) || part.Rank() != own {
		return fmt.Errorf("process %d is %d of %d of its colour, want %d of %d", g.Rank(), part.Rank(), part.Size(), own, len(members))
	}
	x, whole, want, wantWhole := []float64{1, float64(g.Rank())}, []float64{float64(g.Rank())}, 0.0, float64(g.Size()*(g.Size()-1)/2)
	for _, rank := range members {
		want += float64(rank)
	}
	if err := part.Sum64(x); err != nil {
		return err
	}
	if err := g.Sum64(whole); err != nil {
		return err
	}
	if x[0] != float64(len(members)) || x[1] != want || whole[0] != wantWhole {
		return fmt.Errorf("sums %v in a part and %v in the whole: want [%v %v] and %v", x, whole, len(members), want, wantWhole)
	}
	all, err := part.Gather(pattern(g.Rank(), 10*g.Rank()))
	if err != nil {
		return err
	}
	for i, rank := range members {
		if string(all[i]) != string(pattern(rank, 10*rank)) {
			return fmt.Errorf("a gather in a part has other bytes of its member %d than process %d gave", i, rank)
		}
	}
	return nil
}

// splitsOfSplits: a part has parts.
func splitsOfSplits(g distributed.Group) error {
	half := func(rank int) int { return rank * 2 / g.Size() }
	part, err := g.Split(half(g.Rank()))
	if err != nil {
		return err
	}
	if err := isPart(g, part, half); err != nil {
		return err
	}
	odd := func(rank int) int { return rank % 2 }
	smaller, err := part.Split(odd(part.Rank()))
	if err != nil {
		return err
	}
	return isPart(part, smaller, odd)
}
