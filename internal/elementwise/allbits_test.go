package elementwise

import (
	endian "encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/isa"
)

// allDigests are the results of the curves for all 2³² arguments, as every set of vector instructions has them. A set
// with these digests has the errors that TestAccuracy -exhaustive finds in another one: its results are the same.
var allDigests = map[string]string{
	"exp":      "275ce55d620ac2c7",
	"log":      "60f199befeec2cbb",
	"sigmoid":  "b0914fc05f79b903",
	"tanh":     "e5c91b661295d9db",
	"gelu":     "2b5e0c835f6de365",
	"silu":     "8948d86a46c279b3",
	"softplus": "f06f1abc4b4bcfb7",
	"elu":      "562df663d4a5e307",
}

// digestAll is a checksum of a function's results for all float32 arguments. All NaN count as one, since processors
// differ in their bits.
func digestAll(run func(y, x []float32)) string {
	const blocks, slice = 256, 4096
	var sums [8 * blocks]byte
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			x, y := make([]float32, slice), make([]float32, slice)
			for {
				block := next.Add(1) - 1
				if block >= blocks {
					return
				}
				sum := uint64(0)
				for start := uint32(0); start < 1<<32/blocks; start += slice {
					for i := range x {
						x[i] = math.Float32frombits(uint32(block)<<24 + start + uint32(i))
					}
					run(y, x)
					for _, v := range y {
						bits := math.Float32bits(v)
						if v != v {
							bits = 0x7fc00000
						}
						// Quick where the processor is emulated. The factor is odd, so that every result counts.
						sum = sum*0x9e3779b97f4a7c15 + uint64(bits)
					}
				}
				endian.LittleEndian.PutUint64(sums[8*block:], sum)
			}
		})
	}
	workers.Wait()
	all := fnv.New64a()
	all.Write(sums[:])
	return fmt.Sprintf("%016x", all.Sum64())
}

// TestAllBits: all sets of vector instructions give the same bits for every argument there is. An emulated ARM takes 9
// minutes of processor time for exp, two to three times as long for softplus; the sets of amd64, some ten seconds each.
func TestAllBits(t *testing.T) {
	if !*exhaustive {
		t.Skip("-exhaustive tries all arguments")
	}
	for _, c := range curves {
		t.Run(c.name, func(t *testing.T) {
			for _, k := range supported() {
				if k.set != isa.Generic { // which rounds otherwise
					assert.Equal(t, allDigests[c.name], digestAll(c.of(k)), k.set)
				}
			}
		})
	}
}
