package kfac

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestAssign: the greatest pieces first, to who has least; nobody's are left out.
func TestAssign(t *testing.T) {
	for _, c := range []struct {
		costs   []float64
		members int
		want    []int
	}{
		{nil, 2, []int{}},
		{[]float64{5}, 3, []int{0}},
		{[]float64{1, 2, 3, 4}, 2, []int{0, 1, 1, 0}},
		{[]float64{7, 7, 7, 7}, 4, []int{0, 1, 2, 3}},
		{[]float64{1, 1, 8, 1, 1, 1}, 2, []int{1, 1, 0, 1, 1, 1}},
		{[]float64{3, -1, 0, 3}, 2, []int{0, -1, 0, 1}},
	} {
		assert.Equal(t, c.want, assign(c.costs, c.members), "%v", c.costs)
	}
	r := random(3)
	for range 200 { // Graham's bound
		costs, members := make([]float64, 1+r.IntN(12)), 1+r.IntN(4)
		total, greatest := 0.0, 0.0
		for i := range costs {
			costs[i] = r.Float64()
			total, greatest = total+costs[i], max(greatest, costs[i])
		}
		loads, most := make([]float64, members), 0.0
		for i, m := range assign(costs, members) {
			loads[m] += costs[i]
			most = max(most, loads[m])
		}
		assert.LessOrEqual(t, most, total/float64(members)+greatest)
	}
}

// TestHoldersOf: a divisor of the number of processes, at least 1.
func TestHoldersOf(t *testing.T) {
	for _, c := range []struct {
		part    float64
		n, want int
	}{
		{1, 4, 4}, {0.5, 4, 2}, {0.49, 4, 1}, {0, 4, 1}, {0.99, 4, 2}, {0.5, 3, 1}, {1, 3, 3}, {1.0 / 3, 3, 1},
		{2.0 / 3, 6, 3}, {2.0 / 3, 3, 1}, {0.7, 6, 3}, {0.1, 10, 1}, {0.2, 10, 2}, {1, 1, 1}, {0, 1, 1},
	} {
		assert.Equal(t, c.want, holdersOf(c.part, c.n), "%v of %d", c.part, c.n)
	}
}
