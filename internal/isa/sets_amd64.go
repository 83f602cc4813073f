//go:build amd64 && !noasm

package isa

import "golang.org/x/sys/cpu"

// vectorSets are the sets that this machine has. The flags of package cpu are set only if the operating system saves
// the registers.
func vectorSets() []Set {
	switch {
	case !(cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasBMI2):
		return nil
	case !cpu.X86.HasAVX512F:
		return []Set{AVX2}
	}
	return []Set{AVX512, AVX2}
}
