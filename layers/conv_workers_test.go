package layers_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/isa"
)

// workerCases are convolutions that are cut into several pieces of work, of every kind that
// has a way of its own.
func workerCases() []bilinearCase {
	one, two := [2]int{1, 1}, [2]int{2, 2}
	plain := images{n: 24, h: 14, w: 15, c: 16, filters: 20, groups: 1, kernel: [2]int{3, 3}, stride: one, dilation: one}
	strided, grouped, depthwise, both, narrow := plain, plain, plain, plain, plain
	strided.stride = two
	grouped.groups = 4
	depthwise.groups, depthwise.filters = 16, 16
	both.groups, both.filters, both.stride = 16, 32, two
	narrow.w = 5
	return []bilinearCase{plain.conv2D(false, false), plain.conv2D(true, false), strided.conv2D(true, false), grouped.conv2D(false, false),
		depthwise.conv2D(true, false), both.conv2D(false, false), narrow.conv2D(false, false)}
}

// Neither the number of workers nor their timing changes a bit.
func TestConvolutionsHaveTheSameBitsForAnyWorkers(t *testing.T) {
	for _, c := range workerCases() {
		x, g := c.random(3)
		var want [][]float64
		for _, workers := range []int{1, 2, 3, 5, 2} {
			func() {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers))
				m, _ := c.build(t, graph.Float32, true, x, g)
				require.NoError(t, m.run.Run())
				var got [][]float64
				for _, n := range append(m.g, m.y) {
					got = append(got, doubles(graph.Value(n)))
				}
				if want == nil {
					want = got
				}
				assert.Equal(t, want, got, "%d workers, %s", workers, c.name)
			}()
		}
	}
}

func TestConvolutionsAllocateNothing(t *testing.T) {
	if isa.Active() == isa.Generic {
		t.Skip("products without assembly are gonum's, which start goroutines")
	}
	for _, c := range workerCases() {
		x, g := c.random(4)
		m, _ := c.build(t, graph.Float32, true, x, g)
		require.NoError(t, m.run.Run())
		assert.Zero(t, testing.AllocsPerRun(10, func() { _ = m.run.Run() }), c.name)
	}
}
