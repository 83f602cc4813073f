package moments

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func layouts() []Layout {
	return []Layout{
		{1, 7, 3, 1}, {1, 1, 5, 1}, {1, 3000, 64, 1}, {1, 1201, 33, 1}, {1, 70_001, 1, 1}, {1, 500, 130, 1},
		{4, 9, 2, 3}, {3, 1, 1, 700}, {300, 1, 2, 130}, {2, 2000, 1, 40}, {5, 49, 8, 4}, {2, 40, 1, 1},
	}
}

// fill makes elements around a mean of each channel's own.
func fill[T Float](n, channels int, seed uint64) []T {
	r := rand.New(rand.NewPCG(seed, 3))
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.NormFloat64() + float64(i%channels%7))
	}
	return x
}

// direct are the moments and the sums by their definitions, in float64.
func direct[T Float](l Layout, epsilon float64, x, w, g []T) (m, s []float64) {
	m, s = make([]float64, 4*l.Parts()), make([]float64, l.Sums())
	c, p := l.Channels(), l.Parts()
	part := func(i int) int { return i/(l.Rows*c)*l.Groups + i%c/l.Width }
	n := float64(l.Rows * l.Width)
	for range 2 { // the second time takes the rounding of the first out
		rest := make([]float64, p)
		for i, v := range x {
			rest[part(i)] += (float64(v) - m[part(i)]) / n
		}
		for i, v := range rest {
			m[i] += v
		}
	}
	for i, v := range x {
		d := float64(v) - m[part(i)]
		m[2*p+part(i)] += d * d / n
	}
	for i := range p {
		m[3*p+i] = 1 / math.Sqrt(m[2*p+i]+epsilon)
	}
	for i, v := range x {
		along := float64(g[i]) * (float64(v) - m[part(i)]) * m[3*p+part(i)]
		weight := element(w, i%c, 1)
		s[part(i)] += weight * float64(g[i])
		s[p+part(i)] += weight * along
		s[2*p+i%c] += float64(g[i])
		s[2*p+c+i%c] += along
	}
	return m, s
}

func TestEngine(t *testing.T) {
	t.Run("float32", testEngine[float32])
	t.Run("float64", testEngine[float64])
}

func testEngine[T Float](t *testing.T) {
	// 64 terms of size 10 are added in T, the rest in float64.
	ulp := 0x1p-52
	if _, single := any(T(0)).(float32); single {
		ulp = 0x1p-23
	}
	for _, l := range layouts() {
		x, g, w := fill[T](l.Size(), l.Channels(), 1), fill[T](l.Size(), l.Channels(), 2), fill[T](l.Channels(), l.Channels(), 3)
		e := New[T](l, 1e-5)
		m, s := make([]T, l.Moments()), make([]T, l.Sums())
		e.Find(m, x)
		e.Sums(s, x, m, w, g)
		wantM, wantS := direct(l, 1e-5, x, w, g)
		p := l.Parts()
		for i := range p {
			about := fmt.Sprint(l, " part ", i)
			require.InDelta(t, wantM[i], float64(m[i])+float64(m[p+i]), 64*ulp, "mean, %s", about)
			require.InDelta(t, wantM[2*p+i], float64(m[2*p+i]), 300*ulp, "variance, %s", about)
			if wantM[2*p+i] > 1e-3 { // else ε is most of it
				require.InEpsilon(t, wantM[3*p+i], float64(m[3*p+i]), 300*ulp, "inverse, %s", about)
			}
		}
		for i, v := range wantS {
			terms := l.Rows * l.Width
			if i >= 2*p {
				terms = l.Rows * l.Blocks
			}
			// An error of μ, an ulp of 8 at most, is in each of the terms, with w·g ≤ 50.
			require.InDelta(t, v, float64(s[i]), ulp*(64*(1+math.Abs(v))+8*50*float64(terms)), "sum %d of %v", i, l)
		}
	}
}

// TestWorkers: one goroutine gives the bits of many, with other memory than the first time.
func TestWorkers(t *testing.T) {
	l := Layout{1, 3000, 64, 1}
	x, g := fill[float32](l.Size(), 64, 1), fill[float32](l.Size(), 64, 2)
	results := func(limit int) [][]float32 {
		previous := serialBelow
		serialBelow = limit
		defer func() { serialBelow = previous }()
		e := New[float32](l, 1e-5)
		m, s, y, dx := make([]float32, l.Moments()), make([]float32, l.Sums()), make([]float32, l.Size()), make([]float32, l.Size())
		for range 2 {
			e.Find(m, x)
			e.Sums(s, x, m, nil, g)
			e.Normalize(y, x, m, nil, nil)
			e.Gradient(dx, x, m, nil, g, s)
		}
		return [][]float32{m, s, y, dx}
	}
	assert.Equal(t, results(math.MaxInt), results(0))
}

func TestAllocatesNothing(t *testing.T) {
	for _, l := range []Layout{{1, 3000, 64, 1}, {300, 1, 1, 130}, {1, 7, 3, 1}} {
		x := fill[float32](l.Size(), l.Channels(), 1)
		e := New[float32](l, 1e-5)
		m, s, y := make([]float32, l.Moments()), make([]float32, l.Sums()), make([]float32, l.Size())
		runtime.GC()
		assert.LessOrEqual(t, testing.AllocsPerRun(20, func() {
			e.Find(m, x)
			e.Sums(s, x, m, nil, x)
			e.Normalize(y, x, m, nil, nil)
		}), 0.0, l)
	}
}
