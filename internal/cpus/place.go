package cpus

import (
	"io/fs"
	"os"
	"strings"
)

// Place is where a process works, for several that share a machine to divide it.
type Place struct {
	Host       string
	Processors string // that the process may run on, as in "0-3,8"; empty: unknown, or all
	Count
}

// Here is the place of this process. It comes before calls of Use.
func Here() Place {
	host, _ := os.Hostname()
	return Place{Host: host, Processors: allowedList(os.DirFS("/")), Count: Now()}
}

// allowedList reads which processors a process may run on.
func allowedList(root fs.FS) string {
	text, _ := fs.ReadFile(root, "proc/self/status")
	for line := range strings.Lines(string(text)) {
		if list, ok := strings.CutPrefix(line, "Cpus_allowed_list:"); ok {
			return strings.TrimSpace(list)
		}
	}
	return ""
}

// Beside is how many of the places have the processors of one of them, itself included.
func Beside(places []Place, one Place) int {
	return count(places, func(p Place) bool {
		return p.Host == one.Host && (p.Processors == one.Processors || one.Why == Quota)
	})
}

// OnHost is how many of the places are on the machine of one of them, itself included.
func OnHost(places []Place, one Place) int {
	return count(places, func(p Place) bool { return p.Host == one.Host })
}

// count is how many of the places are so, of which one is.
func count(places []Place, so func(Place) bool) (n int) {
	for _, p := range places {
		if so(p) {
			n++
		}
	}
	return max(n, 1)
}

// Share is how many workers each of several processes has. All have the same number, as
// sums in parts are added up by the number of workers: the processors of a place, or its
// quota, are divided among those there, and the place with the fewest counts. A number in
// the environment variable GOMAXPROCS is each process's own.
func Share(places []Place) int {
	least := 0
	for _, p := range places {
		n := p.Workers
		if p.Why != Variable && p.Why != Asked {
			n = max(1, n/Beside(places, p))
		}
		if least == 0 || n < least {
			least = n
		}
	}
	return max(least, 1)
}
