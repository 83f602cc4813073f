//go:build !amd64 || noasm

package isa

func best() Set { return Generic }
