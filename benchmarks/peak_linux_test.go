package benchmarks

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// peak watches how far the process's resident memory rises.
type peak struct {
	percent int     // the collector's setting before
	before  float64 // bytes
	ok      bool
}

// startPeak begins with as little garbage as can be. Until the end the collector
// allows a tenth of what lives.
func startPeak() peak {
	p := peak{percent: debug.SetGCPercent(10)}
	debug.FreeOSMemory()
	if os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) == nil { // VmHWM becomes VmRSS
		p.before, p.ok = highWater()
	}
	return p
}

// bytes ends the watch and returns the rise to the highest point.
func (p peak) bytes() (rise float64, ok bool) {
	debug.SetGCPercent(p.percent)
	after, ok := highWater()
	return after - p.before, ok && p.ok
}

// highWater is the most resident memory since the count began, in bytes.
func highWater() (bytes float64, ok bool) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		if rest, found := strings.CutPrefix(line, "VmHWM:"); found {
			kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			return kib * 1024, err == nil
		}
	}
	return 0, false
}
