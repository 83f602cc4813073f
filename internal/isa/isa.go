// Package isa says which vector instructions the kernels of this program use:
// AVX-512 or AVX2 on amd64, NEON on arm64. Every other machine, and every build with
// the tag noasm, computes in plain Go.
//
// The best set that the machine has is chosen at start; the environment variable
// GOKFAC_ISA = generic, avx2, avx512 or neon asks for another one.
//
// GOKFAC_ISA = accelerate asks for products of matrices by Apple's Accelerate,
// with NEON for all else. It is there in builds for macOS on arm64 with the tag
// accelerate. Package accelerate says why, and what its products do not promise;
// nobody has measured it, and NEON comes first until somebody has.
package isa

import (
	"fmt"
	"os"
	"slices"
)

// Set is a set of vector instructions, or Accelerate.
type Set int

const (
	Generic    Set = iota // none: plain Go
	AVX2                  // amd64: AVX2, FMA and BMI2
	AVX512                // amd64: AVX512F as well
	NEON                  // arm64: Advanced SIMD, which every such processor has
	Accelerate            // macOS on arm64: NEON, with products by Apple's library
)

func (s Set) String() string {
	return [...]string{"generic", "avx2", "avx512", "neon", "accelerate"}[s]
}

// Supported lists what this machine and this build can run, best first. The
// last one is Generic.
func Supported() []Set { return append(slices.Concat(vectorSets(), libraries()), Generic) }

// Active is the set of vector instructions in use.
func Active() Set { return chosen.vectors }

// Products is what multiplies matrices: Accelerate, or the set of vector instructions in use. Its name is what users are shown.
func Products() Set { return chosen.products }

// Check returns an error if the environment asks for a set that is unknown or not supported, or for Accelerate, and it cannot be
// opened. The best set is then in use. Programs show the error to their users.
func Check() error { return chosen.err }

const variable = "GOKFAC_ISA"

// chosen is set once, at start, and never changes while the program runs.
var chosen = choose(os.Getenv(variable), Supported(), openAccelerate)

type choice struct {
	vectors, products Set
	err               error
}

// choose finds the set with this name. open says whether Accelerate can be used, and why not; it is asked only if the name is
// Accelerate's.
func choose(name string, supported []Set, open func() error) choice {
	best := choice{vectors: supported[0], products: supported[0]}
	i := slices.IndexFunc(supported, func(s Set) bool { return s.String() == name })
	switch {
	case name == "":
	case name == Accelerate.String():
		if err := open(); err != nil {
			best.err = fmt.Errorf("%s=%s: %w", variable, name, err)
			return best
		}
		return choice{vectors: NEON, products: Accelerate}
	case i < 0:
		best.err = fmt.Errorf("%s=%s: this machine and build have %v", variable, name, supported)
	default:
		return choice{vectors: supported[i], products: supported[i]}
	}
	return best
}
