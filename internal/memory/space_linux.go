package memory

import (
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
)

// arena is what the runtime's heap reserves at a time.
const arena = 64 << 20

// spared is what the heap must leave of the address space: a stack of 8 MiB for
// each thread that is still to be made, since one that cannot be made ends the
// program, and the runtime's tables.
func spared() float64 { return float64(32<<20 + (runtime.GOMAXPROCS(0)+6)*9<<20) }

// addressSpace is the limit that ulimit -v sets, and what is mapped of it, in
// bytes.
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

// spaceLimit counts as left what the heap has mapped for more and the whole
// arenas that can still be mapped, less half of one that is lost in pieces.
func spaceLimit(bytes, mapped float64, u usage) Limit {
	left := max(u.free+arena*float64(arenas(bytes, mapped))-arena/2, 0)
	return Limit{Bytes: bytes, Used: bytes - left, Source: "of address space (ulimit -v)"}
}

// arenas is how many can still be mapped, with the runtime's tables of them.
func arenas(bytes, mapped float64) int { return int(max(bytes-mapped-spared(), 0) / (arena + 1<<20)) }

// claim makes the best of a limit on the address space. The C library, where it
// is linked, reserves up to 128 MiB of it for each thread unless the environment
// says otherwise, which it reads when a program starts: so the program starts
// again. Then the heap takes what is left while it is there, since the runtime
// ends a program that gets no more. No memory is used.
func claim() {
	root := os.DirFS("/")
	if _, _, ok := addressSpace(root); !ok {
		return
	}
	const variable = "MALLOC_ARENA_MAX"
	if _, set := os.LookupEnv(variable); !set {
		// What is to be run need not be there any more; without it, it goes on here.
		_ = syscall.Exec("/proc/self/exe", os.Args, append(os.Environ(), variable+"=1"))
	}
	if bytes, mapped, ok := addressSpace(root); ok {
		if n := arenas(bytes, mapped); n > 0 {
			runtime.KeepAlive(make([]byte, n*arena))
			debug.FreeOSMemory()
		}
	}
}
