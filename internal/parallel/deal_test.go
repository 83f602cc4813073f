package parallel

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDeal draws by hand: worker 1 of three begins with its own range, then takes what is left of the others'.
func TestDeal(t *testing.T) {
	var first, second []int
	var g *Group
	g = NewGroup(func(int) {
		one, two := g.Deal(1, 7, 2), g.Deal(4, 7, 2) // 4 is one more than three workers
		for range 3 {
			ticket, from, end, ok := one.Next()
			require.True(t, ok)
			assert.Equal(t, [2]int{2, 4}, [2]int{from, end})
			first = append(first, ticket)
		}
		for {
			ticket, from, end, ok := two.Next()
			if !ok {
				break
			}
			assert.Less(t, ticket, 2*(end-from))
			second = append(second, 100*from+ticket)
		}
		_, _, _, ok := one.Next()
		assert.False(t, ok)
	})
	g.workers = 3
	g.work(0)
	assert.Equal(t, []int{0, 1, 2}, first)
	assert.Equal(t, []int{203, 400, 401, 402, 403, 404, 405, 0, 1, 2, 3}, second)
}

// TestDealMany: more workers than ranges or parts, and calls after each other.
func TestDealMany(t *testing.T) {
	for _, workers := range []int{0, 1, 2, 5, mostRanges + 9} {
		for _, parts := range []int{0, 1, 4, 100} {
			drawn := make([]int, parts)
			var g *Group
			g = NewGroup(func(worker int) {
				hand := g.Deal(worker, parts, 1)
				for {
					i, first, _, ok := hand.Next()
					if !ok {
						return
					}
					drawn[first+i]++
				}
			})
			g.Run(min(workers, 1)) // alone: drawn is not shared
			g.workers = max(workers, 1)
			for i := range g.dealt {
				g.dealt[i].Store(0)
			}
			g.work(workers / 2)
			for i, n := range drawn {
				assert.Equal(t, 2, n, "part %d of %d, %d workers", i, parts, workers)
			}
		}
	}
}

// TestHelpersHaveNumbers: each another one, from 1, and the least that is free.
func TestHelpersHaveNumbers(t *testing.T) {
	var h helpers
	for want := 1; want <= 66; want++ {
		assert.Equal(t, min(want, 64), h.number())
	}
	h.free(3)
	h.free(64)
	h.free(1)
	assert.Equal(t, 1, h.number())
	assert.Equal(t, 3, h.number())
	assert.Equal(t, 64, h.number())
}
