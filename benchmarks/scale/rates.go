package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/cholesky"
	"github.com/gokfac/gokfac/internal/cpus"
	"github.com/gokfac/gokfac/internal/eigen"
	"github.com/gokfac/gokfac/internal/scale"
	"github.com/gokfac/gokfac/internal/subspace"
	"github.com/gokfac/gokfac/internal/vector"
)

// sizes are the orders that are measured.
var sizes = [...]int{64, 128, 256, 512, 1024, 2048}

// kernel is a computation whose rate scale.Machine has.
type kernel struct {
	name  string
	flops func(n int) float64
	least int // smallest order that is measured
	most  int // greatest
	ready func(n int) func()
}

func kernels() []kernel {
	random := rand.New(rand.NewPCG(1, 2))
	return []kernel{
		{"gemm", func(n int) float64 { return 2 * 512 * 512 * float64(n) }, 16, 1024, func(n int) func() {
			a, b, c := normal(random, n*512), normal(random, 512*512), make([]float32, n*512)
			return func() { blas.Gemm(false, false, n, 512, 512, 1, a, 512, b, 512, 0, c, 512) }
		}},
		{"invert", scale.InverseFlops, 64, 2048, func(n int) func() {
			m, c := secondMoment(random, n), &cholesky.Inverter[float32]{}
			c.Resize(n)
			return func() {
				copy(c.L, m)
				if !c.Invert() {
					panic("scale: a matrix of the measurement has no inverse")
				}
				vector.Mirror(c.L, n)
			}
		}},
		{"eigen", scale.EigenFlops, 64, 1024, func(n int) func() {
			m, w := secondMoment(random, n), &eigen.Workspace{}
			a, values := make([]float64, n*n), make([]float64, n)
			return func() {
				for i, v := range m {
					a[i] = float64(v)
				}
				if !w.Decompose(n, a, values) {
					panic("scale: a matrix of the measurement has no eigenvectors")
				}
			}
		}},
		{"subspace", func(n int) float64 { return scale.SubspaceFlops(n, n/16) }, 512, 2048, func(n int) func() {
			m, w := secondMoment(random, n), &subspace.Workspace[float32]{}
			b := subspace.NewBasis[float32](n)
			b.Resize(n / 16)
			return func() {
				if !b.Renew(m, w) {
					panic("scale: a matrix of the measurement has no eigenvectors")
				}
			}
		}},
		{"memory", func(n int) float64 { return 12 * float64(n) * 4096 }, 64, 2048, func(n int) func() {
			x, y := normal(random, n*4096), normal(random, n*4096)
			return func() { vector.AddScaled(x, 1e-9, y) }
		}},
	}
}

func normal(random *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(random.NormFloat64())
	}
	return x
}

// secondMoment is that of 2n examples, with damping.
func secondMoment(random *rand.Rand, n int) []float32 {
	x, m := normal(random, 2*n*n), make([]float32, n*n)
	blas.Syrk(n, 2*n, 1/float32(2*n), x, n, 0, m, n)
	for i := range n {
		m[i*n+i]++
	}
	vector.Mirror(m, n)
	return m
}

// rates times each kernel with so many workers, and prints the rates by order in units of
// 10⁹ a second: the median of several calls.
func rates(w io.Writer, workers int) {
	defer cpus.Use(workers)()
	fmt.Fprintf(w, "10⁹ operations (memory: bytes) a second, workers: %d\n%-9s", workers, "order")
	for _, n := range append([]int{16, 32}, sizes[:]...) {
		fmt.Fprintf(w, "%8d", n)
	}
	fmt.Fprintln(w)
	for _, k := range kernels() {
		fmt.Fprintf(w, "%-9s", k.name)
		for _, n := range append([]int{16, 32}, sizes[:]...) {
			if n < k.least || n > k.most {
				fmt.Fprintf(w, "%8s", "–")
				continue
			}
			fmt.Fprintf(w, "%8.1f", k.flops(n)/median(k.ready(n)).Seconds()/1e9)
		}
		fmt.Fprintln(w)
	}
}

// median is that of the calls of f within a quarter of a second, but of at least three.
func median(f func()) time.Duration {
	f()
	var took []time.Duration
	for begin := time.Now(); len(took) < 3 || time.Since(begin) < 250*time.Millisecond; {
		t := time.Now()
		f()
		took = append(took, time.Since(t))
	}
	slices.Sort(took)
	return took[len(took)/2]
}
