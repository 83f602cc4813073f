package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// mask chooses lanes: a mask register of AVX-512, a vector of ones and zeros of
// AVX2.
type mask reg.Register

// predicate is a comparison of floating-point numbers; all are false for NaN
// but notLess.
type predicate uint64

const (
	equal   predicate = 0x00
	less    predicate = 0x11
	greater predicate = 0x1e
	notLess predicate = 0x15
)

// compare returns the lanes where x is to y as the predicate says.
func (m machine) compare(x reg.VecVirtual, p predicate, y Op) mask {
	if m.wide {
		k := K()
		m.apply(VCMPPS, VCMPPS_BCST, U8(p), y, x, k)
		return k
	}
	r := m.register()
	VCMPPS(U8(p), y, x, r)
	return r
}

// choose returns yes in the lanes of the mask and no in others.
func (m machine) choose(k mask, yes, no reg.VecVirtual) reg.VecVirtual {
	r := m.register()
	if m.wide {
		VBLENDMPS(yes, no, k, r)
	} else {
		VBLENDVPS(k, yes, no, r)
	}
	return r
}

// keep returns x in the lanes of the mask and 0 in others.
func (m machine) keep(k mask, x reg.VecVirtual) reg.VecVirtual {
	r := m.register()
	if m.wide {
		VMOVAPS_Z(x, k, r)
	} else {
		VANDPS(x, k, r)
	}
	return r
}

// addWhere adds y to sum in the lanes of the mask. Others have 0 added, or
// nothing: sum must not be -0.
func (m machine) addWhere(k mask, y Op, sum reg.VecVirtual) {
	if m.wide {
		m.apply(VADDPS, VADDPS_BCST, y, sum, k, sum)
		return
	}
	r := m.register()
	VANDPS(y, k, r)
	VADDPS(r, sum, sum)
}

var maskTable *Mem

// firstLanes returns the mask of the first n lanes, of all at most.
func (m machine) firstLanes(n reg.Register) mask {
	if m.wide {
		ones, k := GP64(), K()
		MOVQ(I32(-1), ones)
		BZHIQ(n, ones, ones)
		KMOVW(ones.As32(), k)
		return k
	}
	if maskTable == nil {
		// 8 lanes of ones and 8 of zeros: the mask starts 8-n lanes into it.
		t := GLOBL("lanemask", RODATA|NOPTR)
		for i := range 8 {
			ones := uint64(1<<64 - 1)
			if i >= 4 {
				ones = 0
			}
			DATA(8*i, U64(ones))
		}
		maskTable = &t
	}
	base, skip, r := GP64(), GP64(), m.register()
	LEAQ(maskTable.Offset(32), base)
	MOVQ(n, skip)
	NEGQ(skip)
	VMOVUPS(Mem{Base: base, Index: skip, Scale: 4}, r)
	return r
}

// load reads a vector, or the lanes of the mask with 0 in others. Memory of
// other lanes is not touched.
func (m machine) load(at Mem, k mask) reg.VecVirtual {
	r := m.register()
	switch {
	case k == nil:
		VMOVUPS(at, r)
	case m.wide:
		VMOVUPS_Z(at, k, r)
	default:
		VMASKMOVPS(at, k, r)
	}
	return r
}

// loadOr reads the lanes of the mask; the other lanes come from other.
func (m machine) loadOr(at Mem, k mask, other reg.VecVirtual) reg.VecVirtual {
	switch {
	case k == nil:
		return m.load(at, nil)
	case m.wide:
		r := m.copy(other)
		VMOVUPS(at, k, r)
		return r
	}
	return m.choose(k, m.load(at, k), other)
}

func (m machine) store(x reg.VecVirtual, at Mem, k mask) {
	switch {
	case k == nil:
		VMOVUPS(x, at)
	case m.wide:
		VMOVUPS(x, k, at)
	default:
		VMASKMOVPS(x, k, at)
	}
}
