//go:build !nompi && (linux || (darwin && mpi)) && (amd64 || arm64)

package mpi

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/ebitengine/purego"
)

// names are where a library of the family may be, in the order in which to look. The
// loader looks at LD_LIBRARY_PATH and at the system's folders.
func names(f family) []string {
	if runtime.GOOS == "darwin" {
		var paths []string
		for _, folder := range []string{"", "/opt/homebrew/lib/", "/usr/local/lib/", "/opt/local/lib/"} {
			if f == openMPI {
				paths = append(paths, folder+"libmpi.40.dylib")
			} else {
				paths = append(paths, folder+"libmpi.12.dylib", folder+"libmpich.12.dylib")
			}
		}
		return append(paths, "libmpi.dylib")
	}
	if f == openMPI {
		return []string{"libmpi.so.40", "libmpi.so.20", "libmpi.so"}
	}
	// MPICH itself and whoever keeps to its binary interface say libmpi.so.12, Debian libmpich.so.12.
	return []string{"libmpich.so.12", "libmpi.so.12", "libmpich.so"}
}

// openLibrary opens the library of a path, or else the first of the usual ones: of the other
// family only where nothing of the preferred one is there.
func openLibrary(path string, preferred family) (*library, error) {
	if path != "" {
		handle, err := open(path)
		if err != nil {
			return nil, unusable(path, err)
		}
		return newLibrary(path, handle)
	}
	var looked []string
	for _, f := range []family{preferred, openMPI + mpich - preferred} {
		var broken error
		for _, p := range names(f) {
			looked = append(looked, p)
			handle, err := open(p)
			if err == nil {
				return newLibrary(p, handle)
			}
			if broken == nil && !isAbsent(p, err) {
				broken = unusable(p, err)
			}
		}
		if broken != nil {
			return nil, broken
		}
	}
	return nil, missing(looked, preferred)
}

// open opens a library. Plugins of Open MPI look for its functions among the global ones.
func open(path string) (handle uintptr, err error) {
	return purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_GLOBAL)
}

// isAbsent reports whether the loader's error is that there is no such library, and not that
// there is one which it cannot use: of another processor, or in want of a library of its own,
// as where a cluster's module has not been loaded. Only the texts tell:
//
//	glibc  NAME: cannot open shared object file: No such file or directory
//	musl   Error loading shared library NAME: No such file or directory
//	macOS  dlopen(NAME, 0x000A): tried: 'PLACE' (no such file), ...
//
// Of a library that wants another one NAME is that one's; macOS says "Library not loaded".
func isAbsent(name string, err error) bool {
	text := line(err)
	if runtime.GOOS == "darwin" {
		return strings.Contains(text, "no such file") && !strings.Contains(text, "Library not loaded")
	}
	return strings.Contains(text, "No such file") && !strings.Contains(text, "needed by") &&
		(strings.HasPrefix(text, name+":") || strings.Contains(text, " "+name+":"))
}

func unusable(path string, err error) error {
	return fmt.Errorf("mpi: cannot open %s: %s", path, strings.TrimPrefix(line(err), path+": "))
}

func missing(paths []string, f family) error {
	packages := map[family]string{openMPI: "openmpi-bin libopenmpi-dev", mpich: "mpich"}
	return fmt.Errorf("mpi: no library of MPI is installed here (looked for %s): install %s (Debian: apt-get install %s), or set %s to the path of its library",
		strings.Join(paths, ", "), f, packages[f], libraryVariable)
}
