package pooling

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gokfac/gokfac/internal/isa"
)

// BenchmarkKernels runs each kernel of float32 on 14 windows of 2×2 places, and of 3×3 that overlap, of 64 channels.
func BenchmarkKernels(b *testing.B) {
	const channels, windows, step = 64, 14, 2
	for _, side := range []int{2, 3} {
		w := Line{Window: Window{Rows: side, Cols: side, Row: 32 * channels, Col: channels}, Channels: channels, Windows: windows, Step: step * channels}
		r := rand.New(rand.NewPCG(1, 2))
		x, dx := operands[float32](r, w.size(), false), operands[float32](r, w.size(), false)
		y, dy := operands[float32](r, channels*windows, false), operands[float32](r, channels*windows, false)
		choice := make([]float32, len(y))
		trial := trials[float32](w)
		for _, name := range slices.Sorted(maps.Keys(trial)) {
			for _, set := range isa.Supported() {
				b.Run(fmt.Sprintf("%s/%d×%d/%s", name, side, side, set), func(b *testing.B) {
					k := of[float32](set)
					k.Max(inner(y), choice[:len(inner(y))], inner(x), w)
					for b.Loop() {
						trial[name](k, inner(x), inner(dx), inner(y), inner(dy), choice[:len(inner(y))])
					}
					b.ReportMetric(float64(len(inner(y))*side*side)*float64(b.N)/b.Elapsed().Seconds()/1e9, "Gplaces/s")
				})
			}
		}
	}
}
