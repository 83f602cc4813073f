package moments

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/isa"
)

// digests32 and digests64 are hashes of the bits of results: those of every set of instructions, on every architecture.
// They change only where the order of operations does.
const (
	digests32 = 0xc7b659ccf63c52dd
	digests64 = 0xd489290815e7a967
)

func TestDigest(t *testing.T) {
	for _, set := range isa.Supported() {
		assert.Equal(t, uint64(digests32), digest[float32](set), "float32, %s", set)
		assert.Equal(t, uint64(digests64), digest[float64](set), "float64, %s", set)
	}
}

// digest is the hash of what an engine finds in arrays of all layouts. The operands are made without a rounding that
// machines differ in.
func digest[T Float](set isa.Set) uint64 {
	hash := fnv.New64a()
	r := rand.New(rand.NewPCG(7, 7))
	random := func(n int) []T {
		x := make([]T, n)
		for i := range x {
			x[i] = T(8*r.Float64() - 3)
		}
		return x
	}
	for _, l := range layouts() {
		e := New[T](l, 1e-5)
		e.k = of[T](set)
		x, g := random(l.Size()), random(l.Size())
		w, b, dw, db := random(l.Channels()), random(l.Channels()), random(l.Channels()), random(l.Channels())
		m, s, y, dx, dy := make([]T, l.Moments()), make([]T, l.Sums()), make([]T, l.Size()), make([]T, l.Size()), make([]T, l.Size())
		e.Find(m, x)
		e.Sums(s, x, m, w, g)
		e.Normalize(y, x, m, w, b)
		e.Gradient(dx, x, m, w, g, s)
		e.Sums(s, x, m, nil, g)
		e.Tangent(dy, x, m, w, g, dw, db, s)
		for _, part := range [][]T{m, s, y, dx, dy} {
			for _, v := range part {
				bits := math.Float64bits(float64(v))
				for at := 0; at < 64; at += 8 {
					hash.Write([]byte{byte(bits >> at)})
				}
			}
		}
	}
	return hash.Sum64()
}
