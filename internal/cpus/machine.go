package cpus

import (
	"io/fs"
	"os"
	"runtime"
)

// machine is what decides about the number of workers.
type machine struct {
	processors int     // GOMAXPROCS
	named      int     // by the environment variable GOMAXPROCS; 0: none
	allowed    int     // processors that the process may run on
	online     int     // processors of the machine; 0: unknown
	quota      float64 // processors' worth of time; 0: no limit
}

// thisMachine reads what the system says about this process.
func thisMachine(processors int) machine {
	m := machine{processors: processors, named: environment(), allowed: runtime.NumCPU()}
	if runtime.GOOS == "linux" {
		m.read(os.DirFS("/"))
	}
	return m
}

func (m *machine) read(root fs.FS) {
	m.online, m.quota = online(root), quota(root)
}

// count decides.
func (m machine) count() Count {
	if m.named > 0 {
		return Count{Workers: m.processors, Why: Variable}
	}
	if m.quota > 0 && m.quota <= float64(m.processors) {
		if n := max(1, int(m.quota+roundUp)); n <= m.processors && n < m.allowed {
			return Count{n, Quota, m.quota}
		}
	}
	switch {
	case m.processors < m.allowed:
		return Count{Workers: m.processors, Why: Called}
	case m.allowed < m.online:
		return Count{m.processors, Affinity, float64(m.allowed)}
	}
	return Count{Workers: m.processors}
}

// roundUp is 1 less the least fraction of a quota that is rounded up.
const roundUp = 0.75
