package elementwise

import (
	endian "encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/isa"
)

// digests are the results of all functions of elements, on the arguments of digest, as every set of vector instructions
// has them: a processor of one architecture, or its emulation, proves the bits of the other.
var digests = map[string]string{
	"relu":          "d5d92d93a1447010",
	"reluGrad":      "3d84b78ea8125a01",
	"tanh":          "1316b1a45e2ecf8c",
	"tanhGrad":      "a45df24cb8458123",
	"sigmoid":       "fa936455bf799302",
	"sigmoidGrad":   "ecadd57dc6871aee",
	"exp":           "eaf67a5a8e7eeaec",
	"log":           "b847da1a1753b047",
	"gelu":          "05fd8d568a1cd197",
	"geluGrad":      "533d12da4d0ef977",
	"silu":          "4e5b081d777e19d2",
	"siluGrad":      "48a5c626d7d68d92",
	"softplus":      "32d304ecf89fca0e",
	"softplusGrad":  "113fbb5f3a22b25c",
	"elu":           "acbe90b0835a5bb5",
	"eluGrad":       "0745ad6a4c829f9e",
	"leakyReLU":     "5fb2a3e9142e7ba4",
	"leakyReLUGrad": "f65833cb0c3bb86c",
	"residual":      "3391dcf53262073d",
}

// digest is a checksum of a function's results for arguments of every exponent and sign and the special values. All NaN
// count as one, since processors differ in their bits.
func digest(k *kernels[float32], run func(k *kernels[float32], out, a, b []float32)) string {
	const block, step, otherStep = 4096, 19937, 2654435761
	var a, b, out [block]float32
	sum, word := fnv.New64a(), make([]byte, 4*block)
	copy(a[:], specials)
	n := len(specials)
	for pattern := uint64(0); pattern < 1<<32; {
		for ; n < block; n++ {
			a[n] = math.Float32frombits(uint32(pattern))
			pattern += step
		}
		for i := range b {
			b[i] = math.Float32frombits(uint32(pattern+uint64(i)) * otherStep)
			if i%3 > 0 { // as results and gradients usually are
				b[i] = float32(i-block/2) / (block / 2)
			}
		}
		run(k, out[:], a[:], b[:])
		for i, v := range out {
			if v != v {
				v = float32(math.NaN())
			}
			endian.LittleEndian.PutUint32(word[4*i:], math.Float32bits(v))
		}
		sum.Write(word)
		n = 0
	}
	return fmt.Sprintf("%016x", sum.Sum64())
}

// TestBits: all sets of vector instructions give the same bits.
func TestBits(t *testing.T) {
	for _, k := range supported() {
		if k.set == isa.Generic {
			continue // rounds otherwise
		}
		for _, f := range elementFunctions {
			assert.Equal(t, digests[f.name], digest(k, f.run), "%s %s", k.set, f.name)
		}
		assert.Len(t, digests, len(elementFunctions))
	}
}
