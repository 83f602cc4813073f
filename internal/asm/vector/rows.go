package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rowGroup is how many rows are added at once: as many as there are registers
// for their addresses.
const rowGroup = 8

func emitAddRows(p precision, v vector) {
	start(p, v, p.letter+"addRows"+v.isa, "func(dst, x []T, stride, groups int)", `
for range groups {
	for j := range dst {
		r := func(i int) T { return x[i*stride+j] }
		dst[j] += ((r(0) + r(1)) + (r(2) + r(3))) + ((r(4) + r(5)) + (r(6) + r(7)))
	}
	x = x[8*stride:]
}`)
	l := newLoop(p, v, v.bytes/p.bytes, mapSlots, "dst")
	f := &frame{loop: l}
	row := func(i int) string { return fmt.Sprint("row", i) }
	x, stride, groups := Load(Param("x").Base(), GP64()), Load(Param("stride"), GP64()), Load(Param("groups"), GP64())
	IMUL3Q(I32(p.bytes), stride, stride)
	for i := range rowGroup {
		l.base[row(i)] = x
		if i > 0 {
			l.base[row(i)] = GP64()
			LEAQ(Mem{Base: l.base[row(i-1)], Index: stride, Scale: 1}, l.base[row(i)])
		}
	}
	SHLQ(U8(3), stride)
	Label("group")
	l.run("columns", "dst", func() {
		for f.slot = range f.slots {
			f.put("dst", f.plus(f.get("dst"), f.pairwise(0, rowGroup, row)))
		}
	})
	for i := range rowGroup {
		ADDQ(stride, l.base[row(i)])
	}
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// pairwise is the sum of slices lo to hi.
func (f *frame) pairwise(lo, hi int, name func(int) string) reg.VecVirtual {
	if hi-lo == 1 {
		return f.get(name(lo))
	}
	middle := (lo + hi) / 2
	return f.plus(f.pairwise(lo, middle, name), f.pairwise(middle, hi, name))
}
