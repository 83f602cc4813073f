//go:build accelerate && (darwin || linux) && (amd64 || arm64)

package accelerate

import (
	"fmt"
	"strings"

	"github.com/ebitengine/purego"

	"github.com/gokfac/gokfac/internal/parallel"
)

// Float is the set of element types.
type Float interface{ float32 | float64 }

// Library is an opened library. It stays open, and is safe for concurrent use.
type Library struct {
	Single Products[float32]
	Double Products[float64]
}

// Products are a library's products for one element type.
type Products[T Float] struct {
	gemm, syrk uintptr
	gemms      parallel.Spares[gemmCall[T]]
	syrks      parallel.Spares[syrkCall[T]]
}

// path is where macOS opens Accelerate, which is in no file: it is in the memory that all programs share.
const path = "/System/Library/Frameworks/Accelerate.framework/Accelerate"

// Open opens Accelerate.
func Open() (*Library, error) { return OpenPath(path) }

// OpenPath opens another library with the Fortran interface of BLAS, with 32-bit integers. For each product it takes the first of
// its names that the library has.
func OpenPath(path string) (*Library, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("cannot open %s: %s", path, line(err))
	}
	l := &Library{}
	for name, to := range map[string]*uintptr{
		"sgemm": &l.Single.gemm, "dgemm": &l.Double.gemm,
		"ssyrk": &l.Single.syrk, "dsyrk": &l.Double.syrk,
	} {
		*to, err = find(name, func(symbol string) (uintptr, error) { return purego.Dlsym(handle, symbol) })
		if err != nil {
			return nil, fmt.Errorf("%s has no %w", path, err)
		}
	}
	l.Single.makeSpares()
	l.Double.makeSpares()
	return l, nil
}

// endings are what the names of Fortran's functions have behind them: in Accelerate since macOS 13.3, and everywhere. Apple keeps
// the latter for programs that have them. Both take the same arguments; the names that end in $NEWLAPACK$ILP64 do not, they take
// 64-bit integers.
var endings = []string{"$NEWLAPACK", "_"}

// find looks a function up by its names.
func find(name string, look func(symbol string) (uintptr, error)) (address uintptr, err error) {
	for _, ending := range endings {
		if address, err = look(name + ending); err == nil {
			return address, nil
		}
	}
	return 0, fmt.Errorf("%s_: %s", name, line(err))
}

// line is the system's message, which may have several, in one line.
func line(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// spareCalls is the number of calls that are kept. If more are under way at once, the others are allocated.
const spareCalls = 16

func (p *Products[T]) makeSpares() {
	p.gemms = parallel.NewSpares(spareCalls, newGemmCall[T])
	p.syrks = parallel.NewSpares(spareCalls, newSyrkCall[T])
}
