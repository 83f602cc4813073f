// Package isa says which vector instructions the kernels of this program use.
//
// Every other machine, and every build with the tag noasm, computes in plain
// Go. The best set that the machine has is chosen at start; the environment
// variable GOKFAC_ISA = generic, avx2, avx512 or neon asks for another one.
package isa

import (
	"fmt"
	"os"
)

// Set is a set of vector instructions.
type Set int

const (
	Generic Set = iota // none: plain Go
	AVX2               // amd64: AVX2, FMA and BMI2
	AVX512             // amd64: AVX512F as well
	NEON               // arm64: Advanced SIMD, which every such processor has
)

func (s Set) String() string { return [...]string{"generic", "avx2", "avx512", "neon"}[s] }

// Supported lists what this machine and this build can run, best first. The
// last one is Generic.
func Supported() []Set { return append(vectorSets(), Generic) }

// active is chosen once, at start, and never changes while the program runs.
var active = choose(os.Getenv(variable), Supported())

const variable = "GOKFAC_ISA"

// Active is the set in use.
func Active() Set { return active }

// choose returns the set with this name. If the name is unknown or its set not supported, it returns the best set.
func choose(name string, supported []Set) Set {
	for _, s := range supported {
		if s.String() == name {
			return s
		}
	}
	return supported[0]
}

// Check returns an error if the environment asks for a set that is unknown or not supported. Active is then the best
// set. Programs show the error to their users.
func Check() error { return check(os.Getenv(variable), Supported()) }

func check(name string, supported []Set) error {
	if name == "" || choose(name, supported).String() == name {
		return nil
	}
	return fmt.Errorf("%s=%s: this machine and build have %v", variable, name, supported)
}
