package openblas

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/ebitengine/purego"
)

// Library is a loaded OpenBLAS.
type Library struct {
	sgemm func(order, transA, transB, m, n, k int32, alpha float32, a *float32, lda int32, b *float32, ldb int32, beta float32, c *float32, ldc int32)
	dgemm func(order, transA, transB, m, n, k int32, alpha float64, a *float64, lda int32, b *float64, ldb int32, beta float64, c *float64, ldc int32)
	ssyrk func(order, uplo, trans, n, k int32, alpha float32, a *float32, lda int32, beta float32, c *float32, ldc int32)
	dsyrk func(order, uplo, trans, n, k int32, alpha float64, a *float64, lda int32, beta float64, c *float64, ldc int32)

	// Fortran: every argument is a pointer.
	dpotrf, dpotri func(uplo *byte, n *int32, a *float64, lda, info *int32)

	setThreads func(int32)
	getThreads func() int32
	config     func() string
	core       func() string
}

// The numbers of the C interface.
const (
	rowMajor = 101
	noTrans  = 111
	trans    = 112
	upper    = 121
)

// names are tried in this order, after the path in OPENBLAS_LIBRARY.
var names = []string{
	"libopenblas.so.0", "libopenblas.so", "libopenblas.0.dylib",
	"/opt/homebrew/opt/openblas/lib/libopenblas.dylib", "/usr/local/opt/openblas/lib/libopenblas.dylib",
}

// Open loads OpenBLAS. The error says what was looked for.
func Open() (*Library, error) {
	if os.Getenv("OPENBLAS_THREAD_TIMEOUT") == "" { // read once, while it loads
		os.Setenv("OPENBLAS_THREAD_TIMEOUT", "20")
	}
	list := names
	if path := os.Getenv("OPENBLAS_LIBRARY"); path != "" {
		list = []string{path}
	}
	var handle uintptr
	var err error
	for _, name := range list {
		if handle, err = load(name); err == nil {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("no OpenBLAS found as %s; OPENBLAS_LIBRARY can give its path", strings.Join(list, ", "))
	}
	l := &Library{}
	for _, f := range []struct {
		pointer any
		name    string
	}{
		{&l.sgemm, "cblas_sgemm"}, {&l.dgemm, "cblas_dgemm"},
		{&l.ssyrk, "cblas_ssyrk"}, {&l.dsyrk, "cblas_dsyrk"},
		{&l.dpotrf, "dpotrf_"}, {&l.dpotri, "dpotri_"},
		{&l.setThreads, "openblas_set_num_threads"}, {&l.getThreads, "openblas_get_num_threads"},
		{&l.config, "openblas_get_config"}, {&l.core, "openblas_get_corename"},
	} {
		address, err := symbol(handle, f.name)
		if err != nil {
			return nil, fmt.Errorf("OpenBLAS without %s: %w", f.name, err)
		}
		purego.RegisterFunc(f.pointer, address)
	}
	if strings.Contains(l.config(), "USE64BITINT") {
		return nil, fmt.Errorf("OpenBLAS with 64-bit integers (%s): want the 32-bit interface", l.config())
	}
	l.SetThreads(runtime.GOMAXPROCS(0))
	return l, nil
}

// SetThreads says how many threads a product may use.
func (l *Library) SetThreads(n int) { l.setThreads(int32(n)) }

// Threads is how many a product may use.
func (l *Library) Threads() int { return int(l.getThreads()) }

// Core names the processor whose kernels were chosen; OPENBLAS_CORETYPE
// asks for another's.
func (l *Library) Core() string { return l.core() }

// Config is the version and how the library was built.
func (l *Library) Config() string { return l.config() }

// Rest returns when the threads have stopped asking for work, and gokfac's
// helpers, which do so for a millisecond, as well.
func (l *Library) Rest() { time.Sleep(2 * time.Millisecond) }
