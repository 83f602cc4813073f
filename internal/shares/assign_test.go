package shares

import (
	"math/rand/v2"
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
		assert.Equal(t, c.want, Assign(c.costs, c.members), "%v", c.costs)
	}
	r := rand.New(rand.NewPCG(3, 77))
	for range 200 { // Graham's bound
		costs, members := make([]float64, 1+r.IntN(12)), 1+r.IntN(4)
		total, greatest := 0.0, 0.0
		for i := range costs {
			costs[i] = r.Float64()
			total, greatest = total+costs[i], max(greatest, costs[i])
		}
		loads, most := make([]float64, members), 0.0
		for i, m := range Assign(costs, members) {
			loads[m] += costs[i]
			most = max(most, loads[m])
		}
		assert.LessOrEqual(t, most, total/float64(members)+greatest)
	}
}

// TestAssignTies: of equal pieces and members the first.
func TestAssignTies(t *testing.T) {
	assert.Equal(t, []int{1, 0, 1, 1}, Assign([]float64{3, 7, 2, 1}, 2))
	assert.Equal(t, []int{0, 1, 2, 0}, Assign([]float64{1, 1, 1, 1}, 3), "equal pieces in the order of their numbers")
	assert.Equal(t, []int{0}, Assign([]float64{5}, 4))
}

// TestAssignLeavesNoBinFull: a piece goes to the bin with the least work, which has at most
// the mean of the pieces before it.
func TestAssignLeavesNoBinFull(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		work, bins := make([]float64, 1+random.IntN(60)), 1+random.IntN(16)
		sum := 0.
		for i := range work {
			work[i] = random.ExpFloat64()
			sum += work[i]
		}
		load, smallest := make([]float64, bins), make([]float64, bins)
		for i, b := range Assign(work, bins) {
			if load[b] == 0 || work[i] < smallest[b] {
				smallest[b] = work[i]
			}
			load[b] += work[i]
		}
		for b := range bins {
			assert.LessOrEqual(t, load[b], (sum-smallest[b])/float64(bins)+smallest[b]+1e-9)
		}
	}
}
