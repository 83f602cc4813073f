//go:build !linux

package memory

// Claim prepares the program for a limit on the address space: only Linux needs that.
func Claim() {}
