package simd

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// form is an instruction for float32 and for float64, and for a constant that AVX-512 broadcasts.
type form struct{ single, double, broadcast func(...Op) }

// forms are the operations of two operands, or that change the third.
var forms = map[vecOp]form{
	add:             {VADDPS, VADDPD, VADDPS_BCST},
	subtract:        {VSUBPS, VSUBPD, VSUBPS_BCST},
	multiply:        {VMULPS, VMULPD, VMULPS_BCST},
	divide:          {VDIVPS, VDIVPD, VDIVPS_BCST},
	greatest:        {VMAXPS, VMAXPD, VMAXPS_BCST},
	greater:         {VMAXPS, VMAXPD, VMAXPS_BCST},
	least:           {VMINPS, VMINPD, VMINPS_BCST},
	addProduct:      {VFMADD231PS, VFMADD231PD, VFMADD231PS_BCST},
	subtractProduct: {VFNMADD231PS, VFNMADD231PD, VFNMADD231PS_BCST},
	nest:            {VFMADD213PS, VFMADD213PD, VFMADD213PS_BCST},
	addLanes:        {single: VPADDD, broadcast: VPADDD_BCST},
	subtractLanes:   {single: VPSUBD, broadcast: VPSUBD_BCST},
}

// bitForms work on bits. AVX512F has them for integers only, which is the same.
var bitForms = map[vecOp]struct{ narrow, wide, broadcast func(...Op) }{
	and: {func(o ...Op) { VANDPS(o[0], o[1], o[2]) }, VPANDD, VPANDD_BCST},
	or:  {func(o ...Op) { VORPS(o[0], o[1], o[2]) }, VPORD, VPORD_BCST},
	xor: {func(o ...Op) { VXORPS(o[0], o[1], o[2]) }, VPXORD, VPXORD_BCST},
}

// of is the instruction's form for an element type.
func of(e Element, single, double func(...Op)) func(...Op) {
	if e.Bytes == 4 {
		return single
	}
	return double
}

func (a *amd64) operate(e Element, op vecOp, x Vec, y Operand, to Vec) {
	_, constant := y.(Bits)
	if b, ok := bitForms[op]; ok {
		switch {
		case !a.wide:
			b.narrow(a.operand(y), a.vecs[x], a.vecs[to])
		case constant:
			b.broadcast(a.operand(y), a.vecs[x], a.vecs[to])
		default:
			b.wide(a.operand(y), a.vecs[x], a.vecs[to])
		}
		return
	}
	f := forms[op]
	if constant && a.wide {
		f.broadcast(a.operand(y), a.vecs[x], a.vecs[to])
		return
	}
	of(e, f.single, f.double)(a.operand(y), a.vecs[x], a.vecs[to])
}

func (a *amd64) convert(e Element, op vecOp, x, to Vec) {
	from, r := a.vecs[x], a.vecs[to]
	switch op {
	case copyOf:
		of(e, VMOVAPS, VMOVAPD)(from, r)
	case clearOf:
		if a.wide { // VXORPS of a ZMM register would need AVX512DQ
			VPXORD(r, r, r)
		} else {
			VXORPS(r, r, r)
		}
	case root:
		of(e, VSQRTPS, VSQRTPD)(from, r)
	case round:
		const nearest, quietly = 0, 8
		if a.wide {
			of(e, VRNDSCALEPS, VRNDSCALEPD)(U8(nearest|quietly), from, r)
		} else {
			of(e, func(o ...Op) { VROUNDPS(o[0], o[1], o[2]) }, func(o ...Op) { VROUNDPD(o[0], o[1], o[2]) })(U8(nearest|quietly), from, r)
		}
	case toInt:
		VCVTPS2DQ(from, r)
	case fromInt:
		VCVTDQ2PS(from, r)
	default:
		panic("no such operation of one operand")
	}
}

// positive adds 0, which makes +0 of −0.
func (a *amd64) positive(e Element, x, zero, to Vec) {
	r := a.newVec(e)
	a.operate(e, greatest, zero, x, r)
	a.operate(e, add, r, zero, to)
}

func (a *amd64) shift(op vecOp, n int, x, to Vec) {
	if op == shiftLanesLeft {
		VPSLLD(U8(n), a.vecs[x], a.vecs[to])
		return
	}
	VPSRAD(U8(n), a.vecs[x], a.vecs[to])
}

func (a *amd64) constant(c Bits, to Vec) { VBROADCASTSS(a.operand(c), a.vecs[to]) }

func (a *amd64) scalar(e Element, name string, to Vec) {
	of(e, VBROADCASTSS, VBROADCASTSD)(param(name), a.vecs[to])
}

func (a *amd64) number(e Element, x float64, to Vec) {
	bits, low := GP64(), XMM()
	if e.Bytes == 4 {
		MOVQ(U64(uint64(math.Float32bits(float32(x)))), bits)
	} else {
		MOVQ(U64(math.Float64bits(x)), bits)
	}
	MOVQ(bits, low)
	of(e, VBROADCASTSS, VBROADCASTSD)(low, a.vecs[to])
}

// scale takes two factors, of which the first is exact, where no instruction does it.
func (a *amd64) scale(x, k, to Vec) {
	if a.wide {
		VSCALEFPS(a.vecs[k], a.vecs[x], a.vecs[to])
		return
	}
	whole, half, rest := a.newVec(Single), a.newVec(Single), a.newVec(Single)
	VCVTPS2DQ(a.vecs[k], a.vecs[whole])
	VPSRAD(U8(1), a.vecs[whole], a.vecs[half])
	VPSUBD(a.vecs[half], a.vecs[whole], a.vecs[rest])
	factor := a.newVec(Single)
	a.power(half, factor)
	product := a.newVec(Single)
	VMULPS(a.vecs[factor], a.vecs[x], a.vecs[product])
	factor = a.newVec(Single)
	a.power(rest, factor)
	VMULPS(a.vecs[factor], a.vecs[product], a.vecs[to])
}

func (a *amd64) scaleNormal(x, k, to Vec) { a.scale(x, k, to) }

func (a *amd64) powerOfTwo(k, unit, to Vec) {
	if a.wide {
		VSCALEFPS(a.vecs[k], a.vecs[unit], a.vecs[to])
		return
	}
	whole := a.newVec(Single)
	VCVTPS2DQ(a.vecs[k], a.vecs[whole])
	a.power(whole, to)
}

// power is 2ᵏ of int32 from −126 to 127.
func (a *amd64) power(k, to Vec) {
	shifted := a.newVec(Single)
	VPSLLD(U8(exponent), a.vecs[k], a.vecs[shifted])
	VPADDD(a.operand(Number(1)), a.vecs[shifted], a.vecs[to])
}

// exponent is the number of bits below the exponent of a float32.
const exponent = 23
