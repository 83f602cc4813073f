package curvature

import (
	"cmp"
	"slices"
)

// descending are the places of n values by their rank, the greatest first. Equal ones stay in
// their order.
func descending(n int, rank func(i int) float64) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank(b), rank(a)) })
	return order
}
