package blas

import "os"

// tier is one level of machine support. The generic tier has no kernels and
// leaves everything to gonum.
type tier struct {
	name string
	f32  *kernels[float32]
	f64  *kernels[float64]
}

var generic = tier{name: "generic"}

// active is chosen once, at start, and never changes while the program runs.
var active = choose(os.Getenv("GOKFAC_BLAS"), tiers())

// choose returns the tier of that name, or the best one where the name is
// unknown or not supported.
func choose(name string, supported []*tier) *tier {
	for _, t := range supported {
		if t.name == name {
			return t
		}
	}
	return supported[0]
}

// Tier names the kernels in use: "avx512", "avx2" or "generic". It is the best
// one the machine supports, unless the environment variable GOKFAC_BLAS named
// another one at start, or the build tag noasm left only the generic one.
func Tier() string { return active.name }
