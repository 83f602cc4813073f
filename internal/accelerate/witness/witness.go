//go:build accelerate && (amd64 || arm64)

package witness

// arguments are written by the function, in the order in which C's callers pass addresses.
var arguments [16]uintptr

// Seen is what the function was given in its last call. If that was less than 16 addresses, the rest is what was in their places.
func Seen() [16]uintptr { return arguments }

// Address is the function's.
func Address() uintptr { return address }

// address has its value from the assembly.
var address uintptr
