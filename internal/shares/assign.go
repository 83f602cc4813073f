package shares

import (
	"cmp"
	"slices"
)

// Assign shares work out to so many members: the greatest piece first, each to the member
// that has least so far, the first of several. Two equal members are at most a third above
// the best balance (Graham 1969). All members come to the same result. A cost below 0 is
// nobody's, and gets −1.
func Assign(costs []float64, members int) []int {
	order := make([]int, len(costs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(costs[j], costs[i]) })
	loads, to := make([]float64, members), make([]int, len(costs))
	for _, i := range order {
		if to[i] = -1; costs[i] < 0 {
			continue
		}
		for m, load := range loads {
			if to[i] < 0 || load < loads[to[i]] {
				to[i] = m
			}
		}
		loads[to[i]] += costs[i]
	}
	return to
}
