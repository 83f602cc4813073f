package layers_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

// A program's buffers and its workers' frames are its own: what a run still
// allocates is gorgonia's machine, a few kilobytes whatever the sizes, and what
// gonum's goroutines take where there is no assembly. The windows alone are
// 1.8 MB.
func TestConv2DAllocatesNoBuffers(t *testing.T) {
	c := convCase{n: 64, h: 16, w: 16, c: 4, filters: 8, kernel: [2]int{3, 3}, stride: [2]int{1, 1}, dilation: [2]int{1, 1}}
	x, g := c.random(1)
	m := buildOn(t, newBuilder(t, graph.Float32, c.n, true, 7), c.layer(), x, g, c.n, c.h, c.w, c.c)
	const runs = 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		require.NoError(t, m.run.Run())
	}
	runtime.ReadMemStats(&after)
	require.Less(t, (after.TotalAlloc-before.TotalAlloc)/runs, uint64(1<<18))
}

// Forward and backward of convolutions of every kind, per image of 26×26×32, with the
// gradient of the images.
func BenchmarkConvolutions(b *testing.B) {
	one := [2]int{1, 1}
	plain := images{n: 128, h: 26, w: 26, c: 32, filters: 64, groups: 1, kernel: [2]int{3, 3}, stride: one, dilation: one}
	for _, v := range []struct {
		name   string
		change func(m *images)
	}{
		{"plain", func(*images) {}},
		{"same", func(m *images) { m.before, m.after = one, one }},
		{"stride", func(m *images) { m.stride = [2]int{2, 2} }},
		{"dilation", func(m *images) { m.dilation = [2]int{2, 2} }},
		{"groups", func(m *images) { m.groups = 4 }},
		{"depthwise", func(m *images) { m.groups, m.filters, m.before, m.after = 32, 32, one, one }},
		{"depthwise-stride", func(m *images) { m.groups, m.filters, m.stride = 32, 32, [2]int{2, 2} }},
		{"depthwise-2", func(m *images) { m.groups = 32 }},
		{"5×5", func(m *images) { m.kernel = [2]int{5, 5} }},
		{"one-channel", func(m *images) { m.c = 1 }},
	} {
		m := plain
		v.change(&m)
		c := m.conv2D(false, false)
		x, g := c.random(1)
		l := buildOn(b, newBuilder(b, graph.Float32, m.n, true, 7), c.layer(), x, g, c.in...)
		for i, n := range []*graph.Node{l.y, l.g[0], l.g[1]} {
			run, err := l.b.Compile(n)
			require.NoError(b, err)
			b.Run(v.name+"/"+[]string{"forward", "images", "weights"}[i], func(b *testing.B) {
				for b.Loop() {
					require.NoError(b, run.Run())
				}
				work := float64(len(g)) * float64(c.weight[0]) / float64(m.groups) * 2
				b.ReportMetric(work*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOPS")
			})
		}
	}
}

// Forward and backward, the images' gradient included, and the copies between
// images and windows by themselves.
func BenchmarkConv2D(b *testing.B) {
	for _, c := range []convCase{
		{n: 128, h: 28, w: 28, c: 1, filters: 16},
		{n: 128, h: 26, w: 26, c: 32, filters: 64},
		{n: 128, h: 14, w: 14, c: 16, filters: 32},
		{n: 128, h: 7, w: 7, c: 64, filters: 64},
	} {
		c.kernel, c.stride, c.padding, c.dilation = [2]int{3, 3}, [2]int{1, 1}, [2]int{1, 1}, [2]int{1, 1}
		x, g := c.random(1)
		m := buildOn(b, newBuilder(b, graph.Float32, c.n, true, 7), c.layer(), x, g, c.n, c.h, c.w, c.c)
		patches, _ := m.b.Taps[0].Nodes()
		cut, err := m.b.Compile(patches)
		require.NoError(b, err)
		ones := m.b.Ones(patches.Shape()...)
		images, err := m.b.Backward(patches, ones, m.x)
		require.NoError(b, err)
		paste, err := m.b.Compile(images[0])
		require.NoError(b, err)
		for _, p := range []struct {
			name string
			run  *graph.Program
		}{{"all", m.run}, {"im2col", cut}, {"col2im", paste}} {
			b.Run(fmt.Sprintf("%s/%d×%d×%d×%d", p.name, c.n, c.h, c.w, c.c), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					require.NoError(b, p.run.Run())
				}
				b.ReportMetric(float64(c.n)*float64(b.N)/b.Elapsed().Seconds(), "examples/s")
			})
		}
	}
}
