package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// precision is an element type.
type precision struct {
	letter string
	goType string
	bytes  int
}

var (
	single = precision{letter: "s", goType: "float32", bytes: 4}
	double = precision{letter: "d", goType: "float64", bytes: 8}
)

// vector is a register class.
type vector struct {
	isa   string
	bytes int
}

func (v vector) register() reg.VecVirtual {
	if v.bytes == 64 {
		return ZMM()
	}
	return YMM()
}

// half is the lower half of a register.
func (v vector) half(r reg.VecVirtual) reg.Register {
	if v.bytes == 64 {
		return r.AsY()
	}
	return r.AsX()
}

// upper copies the upper half of a register into the lower half of another.
func (v vector) upper(r reg.VecVirtual) reg.VecVirtual {
	out := v.register()
	if v.bytes == 64 {
		VEXTRACTF64X4(U8(1), r, out.AsY())
	} else {
		VEXTRACTF128(U8(1), r, out.AsX())
	}
	return out
}

// zero is a cleared register. VXORPS of a ZMM register would need AVX512DQ.
func (v vector) zero() reg.VecVirtual {
	r := v.register()
	if v.bytes == 64 {
		VPXORD(r, r, r)
	} else {
		VXORPS(r, r, r)
	}
	return r
}

// choose runs the float32 or the float64 form of an instruction.
func (p precision) choose(f32, f64 func(...Op), ops ...Op) {
	if p.bytes == 4 {
		f32(ops...)
		return
	}
	f64(ops...)
}

func (p precision) move(from, to Op) {
	p.choose(func(o ...Op) { VMOVUPS(o...) }, func(o ...Op) { VMOVUPD(o...) }, from, to)
}

func (p precision) broadcast(from, to Op) {
	p.choose(func(o ...Op) { VBROADCASTSS(o...) }, func(o ...Op) { VBROADCASTSD(o...) }, from, to)
}

func (p precision) add(x, y, to Op) {
	p.choose(func(o ...Op) { VADDPS(o...) }, func(o ...Op) { VADDPD(o...) }, y, x, to)
}

func (p precision) sub(x, y, to Op) {
	p.choose(func(o ...Op) { VSUBPS(o...) }, func(o ...Op) { VSUBPD(o...) }, y, x, to)
}

func (p precision) mul(x, y, to Op) {
	p.choose(func(o ...Op) { VMULPS(o...) }, func(o ...Op) { VMULPD(o...) }, y, x, to)
}

func (p precision) div(x, y, to Op) {
	p.choose(func(o ...Op) { VDIVPS(o...) }, func(o ...Op) { VDIVPD(o...) }, y, x, to)
}

func (p precision) sqrt(x, to Op) {
	p.choose(func(o ...Op) { VSQRTPS(o[0], o[1]) }, func(o ...Op) { VSQRTPD(o[0], o[1]) }, x, to)
}
