package scale

import "slices"

// Assign shares pieces of work out to bins: the largest piece first, each to the bin with
// the least work so far. No bin then has more than 4/3 of what the best sharing would give
// the fullest one (Graham 1969). Equal pieces go in the order of their numbers, and to
// the first of equal bins, so that all processes find the same.
func Assign(work []float64, bins int) (bin []int) {
	order := make([]int, len(work))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case work[a] > work[b]:
			return -1
		case work[a] < work[b]:
			return 1
		}
		return 0
	})
	bin, load := make([]int, len(work)), make([]float64, bins)
	for _, i := range order {
		least := 0
		for j, l := range load {
			if l < load[least] {
				least = j
			}
		}
		bin[i] = least
		load[least] += work[i]
	}
	return bin
}
