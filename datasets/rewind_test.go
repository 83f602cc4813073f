package datasets_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets"
)

// TestRewind: an epoch read in between, or a part of one, leaves mini-batches
// and states as they would have been.
func TestRewind(t *testing.T) {
	s := datasets.Split{X: make([]float32, 11), Labels: make([]int32, 11)}
	for i := range s.X {
		s.X[i] = float32(i)
	}
	d := &datasets.Dataset{Name: "numbers", Shape: []int{1}, Classes: 1, Train: s}
	for _, opt := range []datasets.LoaderOptions{{BatchSize: 3}, {BatchSize: 3, Shuffle: true, Seed: 4, KeepLast: true}} {
		looks, plain := newNumbers(t, d, opt), newNumbers(t, d, opt)
		for k := range 25 {
			for _, n := range []int{0, 1, k % 5, looks.Steps(), looks.Steps() + 1, looks.Steps() + 3} {
				back := looks.Rewind()
				if n == looks.Steps() {
					seen := map[float32]bool{}
					for range n {
						x, _, ok := looks.Next()
						require.True(t, ok, "a whole epoch")
						for _, v := range x.Float32s() {
							seen[v] = true
						}
					}
					assert.Len(t, seen, looks.Examples())
				} else {
					for range n {
						looks.Next()
					}
				}
				back()
			}
			what := fmt.Sprintf("%+v: %d", opt, k)
			x, _, ok := looks.Next()
			want, _, wantOK := plain.Next()
			require.Equal(t, wantOK, ok, what)
			if ok {
				assert.Equal(t, want.Float32s(), x.Float32s(), what)
			}
			got, err := looks.MarshalBinary()
			require.NoError(t, err)
			state, err := plain.MarshalBinary()
			require.NoError(t, err)
			assert.Equal(t, state, got, what)
		}
	}
}

func newNumbers(t *testing.T, d *datasets.Dataset, opt datasets.LoaderOptions) *datasets.Loader {
	t.Helper()
	l, err := datasets.NewLoader(d, d.Train, opt)
	require.NoError(t, err)
	return l
}
