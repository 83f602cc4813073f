//go:build amd64 && !noasm

package isa

import "golang.org/x/sys/cpu"

// best is the greatest set that this machine has. The flags of package cpu are set only if the operating system saves
// the registers.
func best() Set {
	switch {
	case !(cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasBMI2):
		return Generic
	case !cpu.X86.HasAVX512F:
		return AVX2
	}
	return AVX512
}
