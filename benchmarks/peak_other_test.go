//go:build !linux

package benchmarks

// peak would watch the process's resident memory; this system does not tell its
// highest point.
type peak struct{}

func startPeak() peak { return peak{} }

func (peak) bytes() (rise float64, ok bool) { return 0, false }
