package benchmarks

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/gokfac/gokfac/benchmarks/internal/openblas"
	"github.com/gokfac/gokfac/benchmarks/internal/sample"
	"github.com/gokfac/gokfac/internal/isa"
)

var openBLAS = sync.OnceValues(openblas.Open)

// announce says once which instructions are used, among the lines that go test
// prints before the results.
var announce = sync.OnceFunc(func() { fmt.Printf("gokfac: %v\n", isa.Active()) })

// announceOpenBLAS says once whom matrices are compared with.
var announceOpenBLAS = sync.OnceFunc(func() {
	announce()
	l, err := openBLAS()
	if err != nil {
		fmt.Printf("openblas: not measured: %v\n", err)
		return
	}
	fmt.Printf("openblas: %s, kernels of %s, %d threads\n", l.Config(), l.Core(), l.Threads())
	if core := coreOf(isa.Active()); core != "" && core != l.Core() {
		fmt.Printf("openblas-note: OPENBLAS_CORETYPE=%s asks for its kernels of gokfac's instruction set\n", core)
	}
})

// coreOf is OpenBLAS's name for a processor with these instructions.
func coreOf(s isa.Set) string {
	return map[isa.Set]string{isa.AVX2: "Haswell", isa.AVX512: "SkylakeX"}[s]
}

// contender is one of the libraries compared.
type contender struct {
	prepare func() // before each run, not timed; nil for nothing
	run     func()
	seconds []float64 // of a run, by turn
}

// turn times runs of a millisecond together, at least one, after as many that
// are not timed: as in a stream of such work, with its own data in the caches and
// its own threads awake.
func (c *contender) turn() {
	c.runs()
	c.seconds = append(c.seconds, c.runs())
}

// runs repeats run for a millisecond and returns the seconds of one, on average.
func (c *contender) runs() float64 {
	const least = 1e-3
	var sum, n float64
	for ; sum < least; n++ {
		sum += c.once()
	}
	return sum / n
}

func (c *contender) once() float64 {
	if c.prepare != nil {
		c.prepare()
	}
	return sample.Seconds(c.run)
}

// slowTurns is how often gonum, 10 to 40 times slower, has a turn.
const slowTurns = 3

// compare runs the contenders in turns; theirs is nil where there is no
// OpenBLAS. A ratio is above 1 where ours is faster.
func compare(b *testing.B, flops float64, ours, gonum, theirs *contender) {
	turns := []func(){ours.turn}
	if theirs != nil {
		l, _ := openBLAS()
		l.SetThreads(runtime.GOMAXPROCS(0))
		turns = []func(){func() { ours.turn(); l.Rest() }, func() { theirs.turn(); l.Rest() }}
	}
	for round := 0; b.Loop(); round++ {
		sample.InTurns(round, turns...)
		if round < slowTurns {
			b.StopTimer() // or b.Loop would end before the others had enough turns
			gonum.seconds = append(gonum.seconds, gonum.once())
			b.StartTimer()
		}
	}
	median := sample.Median(ours.seconds)
	b.ReportMetric(0, "ns/op") // of all contenders together
	b.ReportMetric(flops/median/1e9, "GFLOPS")
	b.ReportMetric(sample.Median(gonum.seconds)/median, "xgonum")
	if theirs != nil {
		other := sample.Median(theirs.seconds)
		b.ReportMetric(flops/other/1e9, "OpenBLAS-GFLOPS")
		b.ReportMetric(other/median, "xOpenBLAS")
	}
}
