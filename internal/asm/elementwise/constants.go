package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// copies of a constant lie side by side: one AVX2 register full. AVX-512 reads
// the first and broadcasts it, which costs nothing beside the load.
const copies = 8

// constants are operands in memory, kept out of the few registers.
type constants struct {
	table Mem
	at    map[uint32]int
}

var pool *constants

// bits is where the constant of these bits lies.
func bits(b uint32) Mem {
	if pool == nil {
		pool = &constants{table: GLOBL("constants", RODATA|NOPTR), at: map[uint32]int{}}
	}
	offset, ok := pool.at[b]
	if !ok {
		offset = 4 * copies * len(pool.at)
		pool.at[b] = offset
		for i := range copies {
			DATA(offset+4*i, U32(b))
		}
	}
	return pool.table.Offset(offset)
}

// number is where x, rounded to float32, lies.
func number(x float64) Mem { return bits(math.Float32bits(float32(x))) }

func isConstant(o Op) bool {
	m, ok := o.(Mem)
	return ok && pool != nil && m.Symbol == pool.table.Symbol
}

const (
	signBit     = 1 << 31
	one         = 0x3f800000 // the bits of 1
	minusInf    = 0xff800000
	quietNaN    = 0x7fc00000
	exponent    = 23 // the bits below the exponent
	leastNormal = 0x1p-126
)
