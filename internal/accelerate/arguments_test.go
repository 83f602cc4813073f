//go:build accelerate && (darwin || linux) && (amd64 || arm64)

package accelerate

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/accelerate/witness"
)

// TestArguments calls a function that notes what it finds in the places where a function in C looks for 13 or 10 addresses. They
// are the same on Linux and on a Mac; see doc.go.
func TestArguments(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	t.Run("float32", func(t *testing.T) { testArguments[float32](t, rng) })
	t.Run("float64", func(t *testing.T) { testArguments[float64](t, rng) })
}

func testArguments[T Float](t *testing.T, rng *rand.Rand) {
	p := Products[T]{gemm: witness.Address(), syrk: witness.Address()}
	p.makeSpares()
	const m, n, k = 5, 6, 7
	a, b, c := newMatrix[T](rng, m, k, 1), newMatrix[T](rng, k, n, 2), newMatrix[T](rng, m, n, 3)
	p.Gemm(false, true, m, n, k, 2, a.data, a.stride, b.data, b.stride, 3, c.data, c.stride)
	g := p.gemms.Get() // the call of a moment ago, as it was left
	seen := witness.Seen()
	require.Equal(t, g.args[:], seen[:len(g.args)])
	for i, want := range []any{
		byte('T'), byte('N'), int32(n), int32(m), int32(k), T(2), &b.data[0], int32(b.stride), &a.data[0], int32(a.stride), T(3), &c.data[0],
		int32(c.stride),
	} {
		assert.Equal(t, want, at(seen[i], want), "argument %d of gemm", i+1)
	}

	p.Syrk(true, false, m, k, 2, a.data, a.stride, 3, c.data, c.stride)
	s := p.syrks.Get()
	seen = witness.Seen()
	require.Equal(t, s.args[:], seen[:len(s.args)])
	for i, want := range []any{
		byte('L'), byte('T'), int32(m), int32(k), T(2), &a.data[0], int32(a.stride), T(3), &c.data[0], int32(c.stride),
	} {
		assert.Equal(t, want, at(seen[i], want), "argument %d of syrk", i+1)
	}
}

// at reads a value of the type of like at an address. If that is an address itself, it is the first of a matrix, and returned.
func at(address uintptr, like any) any {
	p := *(*unsafe.Pointer)(unsafe.Pointer(&address)) // go vet takes a plain conversion for a mistake
	switch like.(type) {
	case byte:
		return *(*byte)(p)
	case int32:
		return *(*int32)(p)
	case *float32:
		return (*float32)(p)
	case *float64:
		return (*float64)(p)
	case float32:
		return *(*float32)(p)
	default:
		return *(*float64)(p)
	}
}
