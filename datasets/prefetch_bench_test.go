package datasets

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/parallel"
)

// BenchmarkNext deals 512 examples of 784 features from among 60 000 behind steps that keep no core busy, one, or two for
// some 5 ms, by shares of their own or by many small pieces. ns/op is the step with Next; wait-us/op is Next alone.
func BenchmarkNext(b *testing.B) {
	const n, batch, work = 60_000, 512, 14_000_000
	d := &Dataset{Name: "noise", Shape: []int{28, 28}, Classes: 10}
	d.Train = Split{X: make([]float32, n*d.Features()), Labels: make([]int32, n)}
	for i := range d.Train.X {
		d.Train.X[i] = float32(i % 251)
	}
	type piece struct {
		work int
		out  *[64]float64
	}
	pool := parallel.NewPool[piece]()
	out := new([64]float64)
	step := func(pieces, work int) {
		if pieces > 0 {
			pool.Run(pieces, piece{work / pieces, out}, func(p *piece, i int) { p.out[i] = spin(p.work) })
		}
	}
	bound := make([]float32, batch*d.Features())
	for _, bench := range []struct {
		name         string
		pieces, work int
	}{{"idle", 0, 0}, {"one core", 1, work}, {"two shares", 2, 2 * work}, {"pieces", 64, 2 * work}} {
		b.Run(bench.name, func(b *testing.B) {
			l, err := NewLoader(d, d.Train, LoaderOptions{BatchSize: batch, Shuffle: true, KeepLast: true})
			require.NoError(b, err)
			var waited time.Duration
			for b.Loop() {
				start := time.Now()
				x, _, ok := l.Next()
				waited += time.Since(start)
				if ok {
					copy(bound, x.Float32s()) // as binding it to a graph does
					step(bench.pieces, bench.work)
				}
			}
			b.ReportMetric(float64(waited.Microseconds())/float64(b.N), "wait-us/op")
		})
	}
}

// spin keeps a core busy without touching memory.
func spin(work int) float64 {
	x := 1.0
	for range work {
		x = x*0.999 + 0.001
	}
	return x
}
