package memory

import (
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
)

// arena is the number of bytes that the runtime's heap reserves at a time.
const arena = 64 << 20

// spared is the number of bytes of address space that the heap must leave. They are for the runtime's tables and for a
// stack of 8 MiB for each thread that is still to be made: a thread that cannot be made ends the program.
func spared() float64 { return float64(32<<20 + (runtime.GOMAXPROCS(0)+6)*9<<20) }

// addressSpace returns the limit that ulimit -v sets and the part of it that is mapped, in bytes.
func addressSpace(root fs.FS) (limit, mapped float64, ok bool) {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &r); err != nil || r.Cur > 1<<60 {
		return 0, 0, false
	}
	text, err := fs.ReadFile(root, "proc/self/statm")
	if err != nil {
		return 0, 0, false
	}
	pages, _, _ := strings.Cut(string(text), " ")
	mapped, ok = number(pages)
	return float64(r.Cur), mapped * float64(os.Getpagesize()), ok
}

// spaceLimit returns the limit on the address space. The memory that is left is the heap's mapped but unused part and
// the whole arenas that can still be mapped, less half an arena that is lost to fragments.
func spaceLimit(bytes, mapped float64, u usage) Limit {
	left := max(u.free+arena*float64(arenas(bytes, mapped))-arena/2, 0)
	return Limit{Bytes: bytes, Used: bytes - left, Source: "of address space (ulimit -v)", own: true}
}

// arenas returns the number of arenas that can still be mapped, together with the runtime's tables of them.
func arenas(bytes, mapped float64) int { return int(max(bytes-mapped-spared(), 0) / (arena + 1<<20)) }

// Claim prepares the program, at its start, for a limit on the address space. The C library, where it is linked, reserves up to 128 MiB
// of it for each thread. An environment variable prevents that, but the library reads it only at a program's start, so
// the program starts again. Then the heap reserves the space that is left, because the runtime ends a program that gets
// no more. This uses no memory.
func Claim() {
	root := os.DirFS("/")
	if _, _, ok := addressSpace(root); !ok {
		return
	}
	const variable = "MALLOC_ARENA_MAX"
	if _, set := os.LookupEnv(variable); !set {
		// The program's file may have been removed. Then the program goes on without a new start.
		_ = syscall.Exec("/proc/self/exe", os.Args, append(os.Environ(), variable+"=1"))
	}
	if bytes, mapped, ok := addressSpace(root); ok {
		if n := arenas(bytes, mapped); n > 0 {
			runtime.KeepAlive(make([]byte, n*arena))
			debug.FreeOSMemory()
		}
	}
}
