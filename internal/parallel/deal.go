package parallel

import "sync/atomic"

// Deal hands out a row of parts of one call of a group, each part once. Every worker has a range of neighbouring parts,
// the same one in every call over as many, and takes others' parts when its own are taken: what it reads and writes
// is then mostly what it left in its own caches. On a machine whose two processors do not share a cache, an update of
// 670,000 parameters took 264 µs with parts from one counter.
type Deal struct {
	group               *Group
	parts, each, ranges int
	own, turn           int
}

// mostRanges is the greatest number of ranges; more workers than that share them.
const mostRanges = 32

// counter has a cache line of its own.
type counter struct {
	atomic.Int64
	_ [56]byte
}

// Deal returns the worker's hand for parts that consist of so many tickets each. All workers of a call must ask for the
// same, once.
func (g *Group) Deal(worker, parts, each int) Deal {
	ranges := min(g.workers, mostRanges)
	return Deal{group: g, parts: parts, each: each, ranges: ranges, own: worker % ranges}
}

// Next returns the next ticket: its number within a range, and the parts of that range, from first to end−1. The tickets
// of a range are given out in their order. It returns false when none is left in any.
func (d *Deal) Next() (ticket, first, end int, ok bool) {
	for ; d.turn < d.ranges; d.turn++ {
		r := (d.own + d.turn) % d.ranges
		first, end = r*d.parts/d.ranges, (r+1)*d.parts/d.ranges
		ticket = int(d.group.dealt[r].Add(1) - 1)
		if ticket < (end-first)*d.each {
			return ticket, first, end, true
		}
	}
	return 0, 0, 0, false
}
