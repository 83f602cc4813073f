//go:build arm64 && !noasm

package isa

func vectorSets() []Set { return []Set{NEON} }
