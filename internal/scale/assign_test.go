package scale

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAssign(t *testing.T) {
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
