package main

import "github.com/gokfac/gokfac/internal/asm/simd"

// machine has the functions that the kernels are made of, over the operations of a vector set.
type machine struct{ simd.Machine }

const (
	signBit     = 1 << 31
	one         = 0x3f800000 // the bits of 1
	minusInf    = 0xff800000
	quietNaN    = 0x7fc00000
	exponent    = 23 // the bits below the exponent
	leastNormal = 0x1p-126
)

// function starts a kernel and its doc: the Go loop it stands for.
func (m machine) function(name, signature string, doc ...string) {
	m.Function(name, signature, append([]string{"is", ""}, doc...)...)
}
