//go:build !amd64 || noasm

package parallel

// relax does nothing, because Go has no such instruction here.
func relax() {}
