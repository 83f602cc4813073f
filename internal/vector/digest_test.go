package vector

import (
	"hash/fnv"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// digest32 and digest64 are hashes of the bits of all operations' results: those of every set of instructions, on every
// architecture. They change only where the order of operations does.
const (
	digest32 = 0x44158104bf51cca5
	digest64 = 0x37eb7a71a28b8ed0
)

func TestDigest(t *testing.T) {
	eachSet(t,
		func(t *testing.T) { assert.Equal(t, uint64(digest32), digest[float32]()) },
		func(t *testing.T) { assert.Equal(t, uint64(digest64), digest[float64]()) })
}

func digest[T Float]() uint64 {
	hash := fnv.New64a()
	add := func(v float64) {
		bits := math.Float64bits(v)
		for at := 0; at < 64; at += 8 {
			hash.Write([]byte{byte(bits >> at)})
		}
	}
	for _, n := range []int{1, 30, 4099} {
		sums, left := everything[T](n)
		for _, s := range sums {
			for _, v := range s {
				add(v)
			}
		}
		for _, o := range left {
			for _, x := range o.all {
				for _, v := range x {
					add(float64(v))
				}
			}
		}
	}
	return hash.Sum64()
}
