package simd

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

func (a *amd64) beyond(base, index Int, scale int, to Int) {
	LEAQ(Mem{Base: a.ints[base], Index: a.ints[index], Scale: uint8(scale)}, a.ints[to])
}
