package shares

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The shares of all processes are the whole, each example once. A process without any has
// a row of example 0.
func TestSharesAreTheWhole(t *testing.T) {
	for size := range 6 {
		for n := 1; n < 12; n++ {
			seen := make([]int, n)
			for rank := range max(size, 1) {
				s := Share{rank, size}
				assert.NoError(t, s.Validate())
				rows := s.Rows(n)
				if rank >= n {
					assert.Equal(t, 1, rows)
					assert.Zero(t, s.Number(0, n))
					continue
				}
				for j := range rows {
					seen[s.Number(j, n)]++
				}
			}
			for i, times := range seen {
				assert.Equal(t, 1, times, "example %d of %d, %d processes", i, n, size)
			}
		}
	}
}

// Rows that are filled one after the other are those of Number.
func TestRowsInOrder(t *testing.T) {
	for size := range 6 {
		for rank := range max(size, 1) {
			s := Share{rank, size}
			for n := 1; n < 12; n++ {
				got := make([]int, s.Rows(n))
				for i := range n {
					if row := s.Row(i); row >= 0 {
						got[row] = i
					}
				}
				for j, i := range got {
					assert.Equal(t, s.Number(j, n), i, "row %d of %d examples, process %d of %d", j, n, rank, size)
				}
			}
		}
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		share Share
		want  string
	}{
		{Share{0, -1}, "a share for one of -1 processes: want a Size of 1 or more, and no Rank without it"},
		{Share{1, 0}, "a share for one of 0 processes: want a Size of 1 or more, and no Rank without it"},
		{Share{2, 2}, "the share of process 2 of 2: want a Rank from 0 to 1"},
		{Share{-1, 2}, "the share of process -1 of 2: want a Rank from 0 to 1"},
	} {
		assert.EqualError(t, c.share.Validate(), c.want)
	}
}
