//go:build accelerate && (darwin || linux) && (amd64 || arm64)

package accelerate

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/ebitengine/purego"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestConcurrent lets more goroutines call at once than calls are kept, with matrices that are collected as garbage in between.
// Their products are whole numbers, exact in any order.
func TestConcurrent(t *testing.T) {
	l := open(t)
	rounds := 30
	if raceEnabled {
		rounds = 5
	}
	var group sync.WaitGroup
	for id := range 2 * spareCalls {
		group.Go(func() {
			rng := rand.New(rand.NewPCG(5, uint64(id)))
			for range rounds {
				m, n, k := 2+rng.IntN(30), 2+rng.IntN(30), 1+rng.IntN(30)
				a, b, c, s := make([]float32, m*k), make([]float32, k*n), make([]float32, m*n), make([]float64, m*m)
				wide := make([]float64, m*k)
				for i := range a {
					a[i] = float32(rng.IntN(9) - 4)
					wide[i] = float64(a[i])
				}
				for i := range b {
					b[i] = float32(rng.IntN(9) - 4)
				}
				l.Single.Gemm(false, false, m, n, k, 1, a, k, b, n, 0, c, n)
				l.Double.Syrk(false, false, m, k, 1, wide, k, 0, s, m)
				for i := range m {
					for j := range n {
						want, _ := dot(k, func(l int) float64 { return float64(a[i*k+l]) }, func(l int) float64 { return float64(b[l*n+j]) })
						assert.Equal(t, want, float64(c[i*n+j]))
					}
					for j := range i + 1 {
						want, _ := dot(k, func(l int) float64 { return wide[i*k+l] }, func(l int) float64 { return wide[j*k+l] })
						assert.Equal(t, want, s[i*m+j])
					}
				}
				runtime.GC()
			}
		})
	}
	group.Wait()
}

// TestDeepStack calls with matrices that would be on the goroutine's stack if they did not escape, from stacks that grow and so move.
func TestDeepStack(t *testing.T) {
	l := open(t)
	var deep func(depth int) float32
	deep = func(depth int) float32 {
		var a, b, c [16]float32
		for i := range 4 {
			a[5*i], b[5*i] = 2, float32(depth)
		}
		below := float32(0)
		if depth > 0 {
			below = deep(depth - 1)
		}
		l.Single.Gemm(false, false, 4, 4, 4, 1, a[:], 4, b[:], 4, 0, c[:], 4)
		return c[0] + below
	}
	result := make(chan float32)
	go func() { result <- deep(1000) }()
	assert.Equal(t, float32(1000*1001), <-result)
}

// TestAllocations: a call allocates nothing once its memory is there. purego.RegisterFunc, the usual way, would allocate in every
// call; should it do so no more, doc.go can be simpler.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	l := open(t)
	x, y, c, d := make([]float32, 64*64), make([]float64, 64*64), make([]float32, 64*64), make([]float64, 64*64)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		l.Single.Gemm(false, true, 64, 64, 64, 1, x, 64, x, 64, 0, c, 64)
		l.Double.Gemm(false, false, 64, 64, 64, 1, y, 64, y, 64, 0, d, 64)
		l.Single.Syrk(false, true, 64, 64, 1, x, 64, 0, c, 64)
		l.Double.Syrk(true, true, 64, 64, 1, y, 64, 0, d, 64)
	}))

	handle, err := purego.Dlopen(installed(t), purego.RTLD_NOW|purego.RTLD_LOCAL)
	require.NoError(t, err)
	var cblas func(order, transA, transB, m, n, k int32, alpha float32, a *float32, lda int32, b *float32, ldb int32, beta float32, c *float32, ldc int32)
	purego.RegisterLibFunc(&cblas, handle, "cblas_sgemm")
	registered := testing.AllocsPerRun(100, func() { cblas(101, 111, 111, 64, 64, 64, 1, &x[0], 64, &x[0], 64, 0, &c[0], 64) })
	t.Logf("purego.RegisterFunc allocates %v times in a call of cblas_sgemm", registered)
	assert.Positive(t, registered)
}
