package elementwise

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/isa"
)

// use makes the exported functions compute float32 with these kernels.
func use(t *testing.T, k *kernels[float32]) {
	previous := single
	single = newEngine(k)
	t.Cleanup(func() { single = previous })
}

// everything runs all exported functions and returns all that they gave.
func everything[T Float](x, y, labels []T, classes int) []T {
	n := len(x)
	all := make([]T, 20*n, 20*n+2)
	part := func(i int) []T { return all[i*n : (i+1)*n] }
	ReLU(part(0), x)
	ReLUGrad(part(1), x, y)
	Tanh(part(2), x)
	TanhGrad(part(3), y, x)
	Sigmoid(part(4), x)
	SigmoidGrad(part(5), y, x)
	Exp(part(6), x)
	Log(part(7), y)
	Residual(part(8), x, y, 0.25)
	Softmax(part(9), x, classes)
	GELU(part(10), x)
	GELUGrad(part(11), x, y)
	SiLU(part(12), x)
	SiLUGrad(part(13), x, y)
	Softplus(part(14), x)
	SoftplusGrad(part(15), x, y)
	ELU(part(16), x, 0.75)
	ELUGrad(part(17), part(16), y, 0.75)
	LeakyReLU(part(18), x, 0.125)
	LeakyReLUGrad(part(19), x, y, 0.125)
	return append(all, T(SoftmaxCrossEntropy(x, labels, classes)), T(SigmoidCrossEntropy(x, y)))
}

// arguments are x of any sign, y from 0 to 1, and labels.
func arguments[T Float](n, classes int) (x, y, labels []T) {
	rng := rand.New(rand.NewPCG(11, 12))
	x, y, labels = make([]T, n), make([]T, n), make([]T, n/classes)
	for i := range x {
		x[i], y[i] = T(5*rng.NormFloat64()), T(rng.Float64())
	}
	for i := range labels {
		labels[i] = T(rng.IntN(classes))
	}
	return x, y, labels
}

// many is more than two pieces of every function.
const many = 280 * 1000

// TestAgainstFloat64 runs the exported functions, in pieces and not, on every
// set against their float64 form.
func TestAgainstFloat64(t *testing.T) {
	for _, k := range supported() {
		use(t, k)
		for _, n := range []int{0, 10, 1000, many} {
			x, y, labels := arguments[float32](n, 10)
			wide := func(s []float32) []float64 {
				w := make([]float64, len(s))
				for i, v := range s {
					w[i] = float64(v)
				}
				return w
			}
			got, want := everything(x, y, labels, 10), everything(wide(x), wide(y), wide(labels), 10)
			for i, v := range got {
				if !(math.Abs(float64(v)-want[i]) <= 2e-6*math.Abs(want[i])+1e-6) {
					require.Failf(t, "far off", "%s: element %d of 20·%d: %g, want %g", k.set, i, n, v, want[i])
				}
			}
		}
	}
}

// TestDeterminism asks for the same bits whatever the number of workers.
func TestDeterminism(t *testing.T) {
	for _, k := range supported() {
		use(t, k)
		x, y, labels := arguments[float32](many, 10)
		first := everything(x, y, labels, 10)
		for _, workers := range []int{1, 2, 3, 8} {
			previous := runtime.GOMAXPROCS(workers)
			again := everything(x, y, labels, 10)
			runtime.GOMAXPROCS(previous)
			for i, v := range first {
				if !same(v, again[i]) {
					require.Failf(t, "other bits", "%s: element %d with %d workers", k.set, i, workers)
				}
			}
		}
	}
}

// TestConcurrent lets more callers work at once than buffers are kept.
func TestConcurrent(t *testing.T) {
	x, y, labels := arguments[float32](many, 10)
	want := everything(x, y, labels, 10)
	var callers sync.WaitGroup
	for range 10 {
		callers.Go(func() {
			for range 2 {
				for i, v := range everything(x, y, labels, 10) {
					if !same(v, want[i]) {
						assert.Failf(t, "other bits", "element %d", i)
						return
					}
				}
			}
		})
	}
	callers.Wait()
}

func TestAllocs(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for _, n := range []int{1000, many} {
		testAllocs[float32](t, n)
		testAllocs[float64](t, n)
	}
}

func testAllocs[T Float](t *testing.T, n int) {
	x, y, labels := arguments[T](n, 10)
	out := make([]T, n)
	for name, f := range map[string]func(){
		"unary":  func() { ReLU(out, x); Tanh(out, x); Sigmoid(out, x); Exp(out, x); Log(out, x) },
		"binary": func() { ReLUGrad(out, x, y); TanhGrad(out, x, y); SigmoidGrad(out, x, y) },
		"smooth": func() { GELU(out, x); SiLU(out, x); Softplus(out, x); ELU(out, x, 1); LeakyReLU(out, x, 0.1) },
		"slopes": func() {
			GELUGrad(out, x, y)
			SiLUGrad(out, x, y)
			SoftplusGrad(out, x, y)
			ELUGrad(out, x, y, 1)
			LeakyReLUGrad(out, x, y, 0.1)
		},
		"losses":  func() { Residual(out, x, y, 2); Softmax(out, x, 10) },
		"softmax": func() { SoftmaxCrossEntropy(x, labels, 10) },
		"sigmoid": func() { SigmoidCrossEntropy(x, y) },
	} {
		assert.Zero(t, testing.AllocsPerRun(10, f), "%s of %d %T", name, n, x[0])
	}
}

func TestPanics(t *testing.T) {
	a, b := make([]float32, 10), make([]float32, 11)
	for i, f := range []func(){
		func() { ReLU(a, b) }, func() { Tanh(b, a) }, func() { Sigmoid(a, b) }, func() { Exp(a, b) }, func() { Log(a, b) },
		func() { ReLUGrad(a, a, b) }, func() { TanhGrad(a, b, a) }, func() { SigmoidGrad(b, a, a) },
		func() { GELU(a, b) }, func() { GELUGrad(a, a, b) }, func() { SiLU(a, b) }, func() { SiLUGrad(a, b, a) },
		func() { Softplus(a, b) }, func() { SoftplusGrad(b, a, a) }, func() { ELU(a, b, 1) }, func() { ELUGrad(a, a, b, 1) },
		func() { LeakyReLU(b, a, 1) }, func() { LeakyReLUGrad(b, a, a, 1) },
		func() { Residual(a, a, b, 1) }, func() { Softmax(a, b, 1) }, func() { SigmoidCrossEntropy(a, b) },
	} {
		assert.PanicsWithValue(t, badLength, f, i)
	}
	assert.PanicsWithValue(t, badClasses, func() { Softmax(a, a, 0) })
	assert.PanicsWithValue(t, badRows, func() { Softmax(a, a, 3) })
	assert.PanicsWithValue(t, badRows, func() { SoftmaxCrossEntropy(b, a, 3) })
	assert.PanicsWithValue(t, badLabels, func() { SoftmaxCrossEntropy(a, a, 5) })
	assert.Panics(t, func() { SoftmaxCrossEntropy(a, []float32{0, 5}, 5) }, "a label that is no class")
}

// TestFastPath makes sure that a set's functions are its own, all of them, and
// that the exported ones run them.
func TestFastPath(t *testing.T) {
	for _, k := range supported() {
		fields := reflect.ValueOf(*k)
		for i := range fields.NumField() {
			if fields.Field(i).Kind() != reflect.Func {
				continue
			}
			function := runtime.FuncForPC(fields.Field(i).Pointer()).Name()
			name := fields.Type().Field(i).Name
			assert.Equal(t, k.set != isa.Generic, strings.HasSuffix(function, "."+name+k.set.String()), "%s: %s", k.set, function)
		}
	}
	assert.Equal(t, isa.Active(), engineOf[float32]().kernels.set)
	calls := map[string]int{}
	use(t, counting(kernelsOf(isa.Active()), calls))
	x, y, labels := arguments[float32](many, 10)
	everything(x, y, labels, 10)
	for _, name := range []string{"relu", "reluGrad", "tanh", "tanhGrad", "sigmoid", "sigmoidGrad", "exp", "log", "residual", "softmax", "softmaxCost", "sigmoidCost",
		"gelu", "geluGrad", "silu", "siluGrad", "softplus", "softplusGrad", "elu", "eluGrad", "leakyReLU", "leakyReLUGrad"} {
		assert.Greater(t, calls[name], 1, "%s is called, in pieces: %s", name, fmt.Sprint(calls))
	}
}

// counting returns kernels that count their calls.
func counting(k *kernels[float32], calls map[string]int) *kernels[float32] {
	var lock sync.Mutex
	count := func(name string) {
		lock.Lock()
		calls[name]++
		lock.Unlock()
	}
	unary := func(name string, f func(y, x []float32)) func(y, x []float32) {
		return func(y, x []float32) { count(name); f(y, x) }
	}
	binary := func(name string, f func(dx, y, dy []float32)) func(dx, y, dy []float32) {
		return func(dx, y, dy []float32) { count(name); f(dx, y, dy) }
	}
	scaled := func(name string, f func(y, x []float32, scale float32)) func(y, x []float32, scale float32) {
		return func(y, x []float32, scale float32) { count(name); f(y, x, scale) }
	}
	scaledPair := func(name string, f func(dx, y, dy []float32, scale float32)) func(dx, y, dy []float32, scale float32) {
		return func(dx, y, dy []float32, scale float32) { count(name); f(dx, y, dy, scale) }
	}
	return &kernels[float32]{
		gelu: unary("gelu", k.gelu), silu: unary("silu", k.silu), softplus: unary("softplus", k.softplus),
		elu: scaled("elu", k.elu), leakyReLU: scaled("leakyReLU", k.leakyReLU),
		geluGrad: binary("geluGrad", k.geluGrad), siluGrad: binary("siluGrad", k.siluGrad), softplusGrad: binary("softplusGrad", k.softplusGrad),
		eluGrad: scaledPair("eluGrad", k.eluGrad), leakyReLUGrad: scaledPair("leakyReLUGrad", k.leakyReLUGrad),
		set:        k.set,
		cheapPiece: k.cheapPiece, costlyPiece: k.costlyPiece,
		relu: unary("relu", k.relu), tanh: unary("tanh", k.tanh), sigmoid: unary("sigmoid", k.sigmoid),
		exp: unary("exp", k.exp), log: unary("log", k.log),
		reluGrad: binary("reluGrad", k.reluGrad), tanhGrad: binary("tanhGrad", k.tanhGrad), sigmoidGrad: binary("sigmoidGrad", k.sigmoidGrad),
		residual:    scaledPair("residual", k.residual),
		softmax:     func(p, z []float32, classes int) { count("softmax"); k.softmax(p, z, classes) },
		softmaxCost: func(z, l []float32, classes int) float64 { count("softmaxCost"); return k.softmaxCost(z, l, classes) },
		sigmoidCost: func(z, y []float32) float64 { count("sigmoidCost"); return k.sigmoidCost(z, y) },
	}
}
