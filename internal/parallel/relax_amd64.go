//go:build amd64 && !noasm

package parallel

// relax leaves the core to its other thread for a moment.
func relax()
