package elementwise

import (
	"flag"
	"math"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/isa"
)

var exhaustive = flag.Bool("exhaustive", false, "try all float32 arguments, which takes minutes")

// curve is a function with a polynomial inside. limit is how far, in units in
// the last place, it may be from the exact value: what all arguments gave,
// rounded up. Arguments below flushed give 0.
type curve struct {
	name    string
	of      func(*kernels[float32]) func(y, x []float32)
	exact   func(float64) float64
	limit   float64
	flushed float32
}

var curves = []curve{
	{"exp", func(k *kernels[float32]) func(y, x []float32) { return k.exp }, math.Exp, 1.05, float32(math.Inf(-1))},
	{"log", func(k *kernels[float32]) func(y, x []float32) { return k.log }, math.Log, 1.0, float32(math.Inf(-1))},
	{"sigmoid", func(k *kernels[float32]) func(y, x []float32) { return k.sigmoid }, logistic, 2, -87.33},
	{"tanh", func(k *kernels[float32]) func(y, x []float32) { return k.tanh }, math.Tanh, 1.5, float32(math.Inf(-1))},
	{"gelu", func(k *kernels[float32]) func(y, x []float32) { return k.gelu }, exactGELU, 7, -13.215899},
	{"silu", func(k *kernels[float32]) func(y, x []float32) { return k.silu }, func(x float64) float64 { return x * logistic(x) }, 3.5, -87.33},
	{"softplus", func(k *kernels[float32]) func(y, x []float32) { return k.softplus },
		func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }, 2, -87.33},
	{"elu", func(k *kernels[float32]) func(y, x []float32) { return func(y, x []float32) { k.elu(y, x, 1) } },
		func(x float64) float64 {
			if x > 0 {
				return x
			}
			return math.Expm1(x)
		}, 2, float32(math.Inf(-1))},
}

// plainLimit is that of kernels in Go, which round a float64.
const plainLimit = 0.5 + 1e-6

// supported returns the kernels of every set of this machine, best first.
func supported() []*kernels[float32] {
	var list []*kernels[float32]
	for _, set := range isa.Supported() {
		list = append(list, kernelsOf(set))
	}
	return list
}

// ulps is the distance of y from exact in units in the last place of a float32
// there; infinite where only one of them is NaN, or infinite.
func ulps(y float32, exact float64) float64 {
	rounded := float32(exact)
	switch {
	case y != y || rounded != rounded:
		if y != y && rounded != rounded {
			return 0
		}
		return math.Inf(1)
	case math.IsInf(float64(y), 0) || math.IsInf(float64(rounded), 0):
		if y == rounded {
			return 0
		}
		return math.Inf(1)
	}
	exponent := int(math.Float64bits(exact)>>52&0x7ff) - 1023
	inverse := math.Float64frombits(uint64(1023-max(exponent-23, -149)) << 52)
	return math.Abs(float64(y)-exact) * inverse
}

// worst is the largest error of one set, and where it was.
type worst struct {
	ulps float64
	at   float32
}

func (w *worst) add(other worst) {
	if other.ulps > w.ulps {
		*w = other
	}
}

// survey is the worst error of every set over a share of all bit patterns, and
// how many results of AVX-512 and AVX2 differ in a bit.
type survey struct {
	worst  []worst
	differ int
}

func (c curve) survey(sets []*kernels[float32], share, shares int, stride uint64) survey {
	const block = 4096
	x, exact := make([]float32, block), make([]float64, block)
	y := [2][]float32{make([]float32, block), make([]float32, block)} // of this set and the one before
	found := survey{worst: make([]worst, len(sets))}
	for start := uint64(share) * block * stride; start < 1<<32; start += uint64(shares) * block * stride {
		for i := range x {
			x[i] = math.Float32frombits(uint32(start + uint64(i)*stride))
			exact[i] = c.exact(float64(x[i]))
		}
		for s, k := range sets {
			y[0], y[1] = y[1], y[0]
			c.of(k)(y[0], x)
			for i, v := range y[0] {
				want := exact[i]
				if k.set != isa.Generic && x[i] < c.flushed && want == want {
					want = 0
				}
				found.worst[s].add(worst{ulps(v, want), x[i]})
				if k.set == isa.AVX2 && s > 0 && v == v && math.Float32bits(v) != math.Float32bits(y[1][i]) {
					found.differ++
				}
			}
		}
	}
	return found
}

// TestAccuracy samples all bit patterns by an odd stride, which meets every
// exponent and sign, or takes them all.
func TestAccuracy(t *testing.T) {
	stride, sets := uint64(2003), supported()
	if *exhaustive {
		stride = 1
	}
	for _, c := range curves {
		t.Run(c.name, func(t *testing.T) {
			total := survey{worst: make([]worst, len(sets))}
			var lock sync.Mutex
			var workers sync.WaitGroup
			n := runtime.GOMAXPROCS(0)
			for share := range n {
				workers.Go(func() {
					found := c.survey(sets, share, n, stride)
					lock.Lock()
					defer lock.Unlock()
					total.differ += found.differ
					for s, w := range found.worst {
						total.worst[s].add(w)
					}
				})
			}
			workers.Wait()
			for s, k := range sets {
				limit := c.limit
				if k.set == isa.Generic {
					limit = plainLimit
				}
				t.Logf("%s: %.4f ulp at %g", k.set, total.worst[s].ulps, total.worst[s].at)
				assert.LessOrEqual(t, total.worst[s].ulps, limit, "%s at %g", k.set, total.worst[s].at)
			}
			assert.Zero(t, total.differ, "AVX-512 and AVX2 give the same bits")
		})
	}
}
