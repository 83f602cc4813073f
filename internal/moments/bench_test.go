package moments

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/gokfac/gokfac/internal/isa"
)

// BenchmarkKernels runs each kernel of float32 on 32 rows of 128 channels, or on one row of 4096 elements.
func BenchmarkKernels(b *testing.B) {
	const rows, channels = 32, 128
	trial := trials[float32](rows)
	for _, name := range slices.Sorted(maps.Keys(trial)) {
		for _, set := range isa.Supported() {
			b.Run(fmt.Sprintf("%s/%s", name, set), func(b *testing.B) {
				var s [9][]float32
				for i := range s {
					n := channels
					if i > 5 || name[:3] == "row" {
						n *= rows
					}
					s[i] = fill[float32](n, n, uint64(i))
				}
				k := of[float32](set)
				for b.Loop() {
					trial[name](k, s)
				}
				b.ReportMetric(rows*channels*float64(b.N)/b.Elapsed().Seconds()/1e9, "Gelements/s")
			})
		}
	}
}

// BenchmarkEngine runs passes over an array of 64×64 rows of 64 channels in float32, as of a batch's images, and over
// 4096 rows of 256 elements that are parts by themselves.
func BenchmarkEngine(b *testing.B) {
	for _, l := range []Layout{{Blocks: 1, Rows: 4096, Groups: 64, Width: 1}, {Blocks: 4096, Rows: 1, Groups: 1, Width: 256}} {
		x, y, g := fill[float32](l.Size(), l.Channels(), 1), make([]float32, l.Size()), fill[float32](l.Size(), l.Channels(), 2)
		w, bias := fill[float32](l.Channels(), l.Channels(), 3), fill[float32](l.Channels(), l.Channels(), 4)
		e := New[float32](l, 1e-5)
		m, s := make([]float32, l.Moments()), make([]float32, l.Sums())
		e.Find(m, x)
		e.Sums(s, x, m, w, g)
		for _, pass := range []struct {
			name string
			run  func()
		}{
			{"Find", func() { e.Find(m, x) }},
			{"Normalize", func() { e.Normalize(y, x, m, w, bias) }},
			{"Sums", func() { e.Sums(s, x, m, w, g) }},
			{"Gradient", func() { e.Gradient(y, x, m, w, g, s) }},
		} {
			b.Run(fmt.Sprintf("%s/parts=%d/%s", pass.name, l.Parts(), isa.Active()), func(b *testing.B) {
				for b.Loop() {
					pass.run()
				}
				b.ReportMetric(float64(l.Size())*float64(b.N)/b.Elapsed().Seconds()/1e9, "Gelements/s")
			})
		}
	}
}
