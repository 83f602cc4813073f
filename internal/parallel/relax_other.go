//go:build !amd64 || noasm

package parallel

// relax is nothing where Go has no instruction for it.
func relax() {}
