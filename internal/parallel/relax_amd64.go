//go:build amd64 && !noasm

package parallel

// relax gives the core to its other hardware thread for a moment.
func relax()
