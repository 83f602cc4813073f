//go:build accelerate && (darwin || linux) && (amd64 || arm64)

package accelerate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"

	"github.com/ebitengine/purego"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// open opens Accelerate on a Mac. Elsewhere it opens OpenBLAS, which has the same interface, if that is installed.
func open(t testing.TB) *Library {
	t.Helper()
	l, err := OpenPath(installed(t))
	require.NoError(t, err)
	return l
}

// installed is the path of Accelerate or OpenBLAS.
func installed(t testing.TB) string {
	t.Helper()
	names := []string{"libopenblas.so.0", "libopenblas.so"}
	if runtime.GOOS == "darwin" {
		names = []string{path}
	} else if asked := os.Getenv("OPENBLAS_LIBRARY"); asked != "" {
		names = []string{asked}
	}
	for _, name := range names {
		if _, err := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_LOCAL); err == nil {
			return name
		}
	}
	if runtime.GOOS == "darwin" {
		t.Fatalf("cannot open %s", path)
	}
	t.Skipf("no OpenBLAS found as %v: nothing here has Accelerate's interface", names)
	return ""
}

func TestOpenErrors(t *testing.T) {
	_, err := OpenPath("libnone-such.so")
	require.Error(t, err)
	assert.Regexp(t, `^cannot open libnone-such\.so: [^\n]+$`, err.Error())

	system := "libc.so.6"
	if runtime.GOOS == "darwin" {
		system = "/usr/lib/libSystem.B.dylib"
	}
	_, err = OpenPath(system)
	require.Error(t, err)
	assert.Regexp(t, `^[^ ]+ has no [sd](gemm|syrk)_: [^\n]+$`, err.Error())

	if runtime.GOOS != "darwin" {
		_, err := Open()
		require.Error(t, err)
		assert.Regexp(t, `^cannot open /System/Library/Frameworks/Accelerate.framework/Accelerate: [^\n]+$`, err.Error())
	}
}

// TestFind: the newer of Accelerate's two implementations is preferred, and the other one does where it is missing.
func TestFind(t *testing.T) {
	library := map[string]uintptr{"dgemm_": 1, "dgemm$NEWLAPACK": 2, "dgemm$NEWLAPACK$ILP64": 3, "dsyrk_": 4, "ssyrk$NEWLAPACK$ILP64": 5}
	look := func(symbol string) (uintptr, error) {
		if address, ok := library[symbol]; ok {
			return address, nil
		}
		return 0, fmt.Errorf("dlsym(0x1, %s):\n  symbol not found", symbol)
	}
	for name, want := range map[string]uintptr{"dgemm": 2, "dsyrk": 4} {
		address, err := find(name, look)
		assert.NoError(t, err)
		assert.Equal(t, want, address, name)
	}
	_, err := find("ssyrk", look)
	assert.EqualError(t, err, "ssyrk_: dlsym(0x1, ssyrk_): symbol not found")
}

// matrix is rows×cols, with NaN wherever no element is: between its rows and around it.
type matrix[T Float] struct {
	all, data          []T
	rows, cols, stride int
}

const guard = 40

func newMatrix[T Float](rng *rand.Rand, rows, cols, pad int) matrix[T] {
	stride := cols + pad
	all := make([]T, (rows-1)*stride+cols+2*guard)
	for i := range all {
		all[i] = T(math.NaN())
	}
	m := matrix[T]{all, all[guard : len(all)-guard], rows, cols, stride}
	for i := range rows {
		for j := range cols {
			m.data[i*stride+j] = T(2*rng.Float64() - 1)
		}
	}
	return m
}

// at is an element of the matrix, or of its transpose.
func (m matrix[T]) at(transposed bool, i, j int) float64 {
	if transposed {
		i, j = j, i
	}
	return float64(m.data[i*m.stride+j])
}

// requireGuarded fails if anything but elements of the matrix was written.
func (m matrix[T]) requireGuarded(t *testing.T) {
	t.Helper()
	for i, v := range m.all {
		at := i - guard
		if outside := at < 0 || at >= len(m.data) || at%m.stride >= m.cols; outside && v == v {
			t.Fatalf("wrote %v at %d, outside the %d×%d matrix with stride %d", v, at, m.rows, m.cols, m.stride)
		}
	}
}

// dot is the sum of k products by its definition, and the same of all magnitudes, to which rounding errors are proportional.
func dot(k int, a, b func(l int) float64) (value, magnitude float64) {
	for l := range k {
		p := a(l) * b(l)
		value += p
		magnitude += math.Abs(p)
	}
	return value, magnitude
}

// bound is the forward error bound of α·Σ + β·c with k products in any order, once for either side.
func bound[T Float](k int, magnitude float64) float64 {
	epsilon := 1.0 / (1 << 53)
	if _, single := any(T(0)).(float32); single {
		epsilon = 1.0 / (1 << 24)
	}
	return 2 * float64(k+3) * epsilon * magnitude
}
