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
	shift  uint // log2(bytes)
}

var (
	single = precision{letter: "s", goType: "float32", bytes: 4, shift: 2}
	double = precision{letter: "d", goType: "float64", bytes: 8, shift: 3}
)

// vector is a register class.
type vector struct {
	isa   string
	bytes int
	count int
	file  []reg.VecPhysical
}

var (
	zmm = vector{isa: "avx512", bytes: 64, count: 32, file: []reg.VecPhysical{
		reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
		reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
		reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23,
		reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31}}
	ymm = vector{isa: "avx2", bytes: 32, count: 16, file: []reg.VecPhysical{
		reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
		reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15}}
)

// zero clears a register. VXORPS of a ZMM register would need AVX512DQ.
func (v vector) zero(r Op) {
	if v.isa == "avx512" {
		VPXORD(r, r, r)
		return
	}
	VXORPS(r, r, r)
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

// fma adds x·y to sum.
func (p precision) fma(x, y, sum Op) {
	p.choose(func(o ...Op) { VFMADD231PS(o...) }, func(o ...Op) { VFMADD231PD(o...) }, x, y, sum)
}

func (p precision) scale(by, x Op) {
	p.choose(func(o ...Op) { VMULPS(o...) }, func(o ...Op) { VMULPD(o...) }, by, x, x)
}

// mask cuts the rows of a tile after its first cols columns.
type mask struct {
	pick  func(j int) // makes the mask of the j-th vector current
	load  func(p precision, from, to Op)
	store func(p precision, from, to Op)
}

func (v vector) masks(t tile, cols reg.Register, free reg.VecPhysical) *mask {
	if v.isa == "avx512" {
		return opmasks(t, cols.(reg.GPVirtual))
	}
	return vectorMasks(t, cols, free)
}

// opmasks holds one mask register per vector.
func opmasks(t tile, cols reg.GPVirtual) *mask {
	ones := GP64()
	MOVQ(I32(-1), ones)
	BZHIQ(cols, ones, ones)
	ks := []reg.Register{reg.K1, reg.K2}
	for j := range t.vectors {
		KMOVW(ones.As32(), ks[j])
		SHRQ(U8(t.lanes()), ones)
	}
	var current reg.Register
	return &mask{
		pick: func(j int) { current = ks[j] },
		load: func(p precision, from, to Op) {
			p.choose(func(o ...Op) { VMOVUPS_Z(o[0], o[1], o[2]) }, func(o ...Op) { VMOVUPD_Z(o[0], o[1], o[2]) }, from, current, to)
		},
		store: func(p precision, from, to Op) {
			p.choose(func(o ...Op) { VMOVUPS(o...) }, func(o ...Op) { VMOVUPD(o...) }, from, current, to)
		},
	}
}

var table *Mem

// maskTable is 96 bytes of ones followed by 96 bytes of zeros: the masks of a
// row of cols columns start (width-cols) elements into it.
func maskTable() Mem {
	if table == nil {
		m := GLOBL("rowmask", RODATA|NOPTR)
		for i := range 12 {
			DATA(8*i, U64(1<<64-1))
		}
		for i := 12; i < 24; i++ {
			DATA(8*i, U64(0))
		}
		table = &m
	}
	return *table
}

// vectorMasks reads the mask of a vector from the table each time: there is no
// register to keep three of them.
func vectorMasks(t tile, cols reg.Register, free reg.VecPhysical) *mask {
	skip := GP64()
	MOVQ(U32(uint32(t.width())), skip)
	SUBQ(cols, skip)
	base := GP64()
	LEAQ(maskTable().Offset(96-t.vectors*t.vector.bytes), base)
	LEAQ(Mem{Base: base, Index: skip, Scale: uint8(t.precision.bytes)}, base)
	return &mask{
		pick: func(j int) { VMOVUPS(Mem{Base: base, Disp: j * t.vector.bytes}, free) },
		load: func(p precision, from, to Op) {
			p.choose(func(o ...Op) { VMASKMOVPS(o[0], o[1], o[2]) }, func(o ...Op) { VMASKMOVPD(o[0], o[1], o[2]) }, from, free, to)
		},
		store: func(p precision, from, to Op) {
			p.choose(func(o ...Op) { VMASKMOVPS(o[0], o[1], o[2]) }, func(o ...Op) { VMASKMOVPD(o[0], o[1], o[2]) }, from, free, to)
		},
	}
}

// narrow is the part of a vector register that is so many bytes wide.
func narrow(bytes int, o Op) Op {
	r, ok := o.(reg.VecPhysical)
	switch {
	case !ok:
		return o
	case bytes <= 16:
		return r.AsX()
	case bytes == 32:
		return r.AsY()
	}
	return r
}

// moveNarrow moves so many bytes: one element or a vector.
func (p precision) moveNarrow(bytes int, from, to Op) {
	from, to = narrow(bytes, from), narrow(bytes, to)
	if bytes > p.bytes {
		p.move(from, to)
		return
	}
	p.choose(func(o ...Op) { VMOVSS(o...) }, func(o ...Op) { VMOVSD(o...) }, from, to)
}

// fmaNarrow is fma of so many bytes: one element or a vector.
func (p precision) fmaNarrow(bytes int, x, y, sum Op) {
	x, y, sum = narrow(bytes, x), narrow(bytes, y), narrow(bytes, sum)
	if bytes > p.bytes {
		p.fma(x, y, sum)
		return
	}
	p.choose(func(o ...Op) { VFMADD231SS(o...) }, func(o ...Op) { VFMADD231SD(o...) }, x, y, sum)
}

// halve adds the upper half of so many bytes of r to the lower one; of 16, all
// elements to the first.
func (p precision) halve(bytes int, r, spare reg.VecPhysical) {
	add := func(x, y reg.Register) {
		p.choose(func(o ...Op) { VADDPS(o...) }, func(o ...Op) { VADDPD(o...) }, x, y, y)
	}
	switch bytes {
	case 64:
		VEXTRACTF64X4(U8(1), r, spare.AsY())
		add(spare.AsY(), r.AsY())
	case 32:
		VEXTRACTF128(U8(1), r.AsY(), spare.AsX())
		add(spare.AsX(), r.AsX())
	case 16:
		VUNPCKHPD(r.AsX(), r.AsX(), spare.AsX())
		add(spare.AsX(), r.AsX())
		if p.bytes == 4 {
			VMOVSHDUP(r.AsX(), spare.AsX())
			add(spare.AsX(), r.AsX())
		}
	}
}
