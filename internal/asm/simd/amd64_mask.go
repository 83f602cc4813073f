package simd

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// predicates are the numbers of the comparisons, in the form that raises no floating-point exception for a quiet NaN.
var predicates = map[Predicate]U8{
	Equal:       0x00,
	LessThan:    0x11,
	GreaterThan: 0x1e,
	NotLessThan: 0x15,
	NotAtMost:   0x16,
	Ordered:     0x07,
}

func (a *amd64) compare(e Element, x Vec, p Predicate, y Operand, left Mask) Mask {
	var r reg.Register = K()
	if !a.wide {
		r = a.vecs[a.newVec(e)]
	}
	compare := of(e, VCMPPS, VCMPPD)
	if _, constant := y.(Bits); constant && a.wide {
		compare = VCMPPS_BCST
	}
	compare(predicates[p], a.operand(y), a.vecs[x], r)
	switch {
	case left == 0:
	case a.wide:
		KANDW(a.masks[left], r, r)
	default:
		VANDPS(a.masks[left], r, r)
	}
	return a.newMask(r)
}

// negative needs no instruction with AVX2, which asks for the sign only.
func (a *amd64) negative(x Vec) Mask {
	if a.wide {
		return a.compare(Single, x, LessThan, Number(0), 0)
	}
	return a.newMask(a.vecs[x])
}

func (a *amd64) choose(e Element, k Mask, yes, no, to Vec) {
	mask, y, n, r := a.masks[k], a.vecs[yes], a.vecs[no], a.vecs[to]
	switch {
	case a.wide && no == to:
		of(e, VMOVAPS, VMOVAPD)(y, mask, r)
	case a.wide:
		of(e, VBLENDMPS, VBLENDMPD)(y, n, mask, r)
	default:
		of(e, func(o ...Op) { VBLENDVPS(o[0], o[1], o[2], o[3]) }, func(o ...Op) { VBLENDVPD(o[0], o[1], o[2], o[3]) })(mask, y, n, r)
	}
}

func (a *amd64) keep(e Element, k Mask, x, to Vec) {
	if a.wide {
		of(e, func(o ...Op) { VMOVAPS_Z(o[0], o[1], o[2]) }, func(o ...Op) { VMOVAPD_Z(o[0], o[1], o[2]) })(a.vecs[x], a.masks[k], a.vecs[to])
		return
	}
	VANDPS(a.vecs[x], a.masks[k], a.vecs[to])
}

func (a *amd64) addWhere(k Mask, y Operand, sum Vec) {
	_, constant := y.(Bits)
	r := a.vecs[sum]
	switch {
	case a.wide && constant:
		VADDPS_BCST(a.operand(y), r, a.masks[k], r)
	case a.wide:
		VADDPS(a.operand(y), r, a.masks[k], r)
	default:
		there := a.vecs[a.newVec(Single)]
		VANDPS(a.operand(y), a.masks[k], there)
		VADDPS(there, r, r)
	}
}

func (a *amd64) firstLanes(n Int) Lanes {
	if a.wide {
		ones, k := GP64(), K()
		MOVQ(I32(-1), ones)
		BZHIQ(a.ints[n], ones, ones)
		KMOVW(ones.As32(), k)
		return Lanes{mask: a.newMask(k)}
	}
	if a.table == nil {
		// 8 lanes of ones and 8 of zeros: the mask starts 8-n lanes into it.
		t := maskTable("lanemask", 32)
		a.table = &t
	}
	base, skip, r := GP64(), GP64(), a.newVec(Single)
	LEAQ(a.table.Offset(32), base)
	MOVQ(a.ints[n], skip)
	NEGQ(skip)
	VMOVUPS(Mem{Base: base, Index: skip, Scale: 4}, a.vecs[r])
	return Lanes{mask: a.newMask(a.vecs[r])}
}

// maskTable is so many bytes of ones and as many of zeros.
func maskTable(name string, bytes int) Mem {
	t := GLOBL(name, RODATA|NOPTR)
	for at := 0; at < bytes; at += 8 {
		DATA(at, U64(1<<64-1))
	}
	for at := bytes; at < 2*bytes; at += 8 {
		DATA(at, U64(0))
	}
	return t
}

// stepBytes is the length of the longest step of AVX2.
const stepBytes = 128

func (a *amd64) stepLanes(n Int, slots, lanes int, bytes []int) []Lanes {
	all := make([]Lanes, slots)
	if a.wide {
		ones := GP64()
		MOVQ(I32(-1), ones)
		BZHIQ(a.ints[n], ones, ones)
		for slot := range all {
			slotOnes, k := GP64(), K()
			MOVQ(ones, slotOnes)
			if slot > 0 {
				SHRQ(U8(slot*lanes), slotOnes)
			}
			ANDQ(I32(1<<lanes-1), slotOnes) // a store of half a register has 16 lanes too
			KMOVW(slotOnes.As32(), k)
			all[slot].mask = a.newMask(k)
		}
		return all
	}
	if a.steps == nil {
		t := maskTable("tailmask", stepBytes)
		a.steps = &t
	}
	edge := map[int]Int{}
	for _, width := range bytes {
		back, at := GP64(), a.newInt()
		IMUL3Q(I32(width), a.ints[n], back)
		LEAQ(a.steps.Offset(stepBytes), a.ints[at])
		SUBQ(back, a.ints[at])
		edge[width] = at
	}
	for slot := range all {
		all[slot] = Lanes{edge: edge, first: slot * lanes}
	}
	return all
}

func (a *amd64) lanesMask(e Element, lanes Lanes) Mask {
	if lanes.mask != 0 {
		return lanes.mask
	}
	return a.newMask(a.laneMask(e, lanes))
}
