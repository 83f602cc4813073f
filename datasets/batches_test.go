package datasets

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLoaderBatches: an epoch for each loop; a loop that was left goes on.
func TestLoaderBatches(t *testing.T) {
	l := newTestLoader(t, 10, LoaderOptions{BatchSize: 3, KeepLast: true})
	count := func(limit int) (n int) {
		for x, y := range l.Batches() {
			require.Equal(t, x.Shape()[0], y.Shape()[0])
			if n++; n == limit {
				break
			}
		}
		return n
	}
	assert.Equal(t, []int{4, 4, 2, 2, 4, 4}, []int{count(9), count(9), count(2), count(9), count(4), count(9)})
}
