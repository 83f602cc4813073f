package depthwise

import (
	"fmt"
	"testing"

	"github.com/gokfac/gokfac/internal/isa"
)

// BenchmarkMap runs both products of float32 on a line of 14 windows of 3×3 places, of 64 channels.
func BenchmarkMap(b *testing.B) {
	const windows, channels, row, side = 14, 64, 16 * 64, 3
	var offsets []int
	for i := range side {
		for j := range side {
			offsets = append(offsets, i*row+j*channels)
		}
	}
	x, y := make([]float32, side*row), make([]float32, windows*channels)
	w, bias := make([]float32, side*side*channels), make([]float32, channels)
	for _, s := range [][]float32{x, y, w} {
		for i := range s {
			s[i] = float32(i%7-3) / 1024
		}
	}
	for _, set := range isa.Supported() {
		d := Map[float32]{offsets, channels, channels, kernelsFor[float32](set)}
		for name, run := range map[string]func(){
			"Multiply":      func() { d.Multiply(windows, y, x, w, bias) },
			"AddTransposed": func() { d.AddTransposed(windows, w, x, y) },
		} {
			b.Run(fmt.Sprintf("%s/%s", name, set), func(b *testing.B) {
				for b.Loop() {
					run()
				}
				b.ReportMetric(2*windows*side*side*channels*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOPS")
			})
		}
	}
}
