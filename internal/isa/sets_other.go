//go:build !(amd64 || arm64) || noasm

package isa

func vectorSets() []Set { return nil }
