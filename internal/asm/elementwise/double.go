package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// upper returns the upper half of a register.
func (m machine) upper(x reg.VecVirtual) reg.VecVirtual {
	if m.wide {
		r := YMM()
		VEXTRACTF64X4(U8(1), x, r)
		return r
	}
	r := XMM()
	VEXTRACTF128(U8(1), x, r)
	return r
}

func (m machine) lower(x reg.VecVirtual) reg.Register {
	if m.wide {
		return x.AsY()
	}
	return x.AsX()
}

// widened returns the two halves of x as float64.
func (m machine) widened(x reg.VecVirtual) [2]reg.VecVirtual {
	r := [2]reg.VecVirtual{m.register(), m.register()}
	VCVTPS2PD(m.lower(x), r[0])
	VCVTPS2PD(m.upper(x), r[1])
	return r
}

// accumulator is a float64 sum for every lane of a float32 vector.
type accumulator [2]reg.VecVirtual

func (m machine) accumulator() accumulator { return accumulator{m.zero(), m.zero()} }

func (a accumulator) add(x [2]reg.VecVirtual) {
	for i, sum := range a {
		VADDPD(x[i], sum, sum)
	}
}

// total adds up all lanes in a fixed order.
func (m machine) total(a accumulator) reg.VecVirtual {
	VADDPD(a[1], a[0], a[0])
	y, x, other := a[0].AsY(), a[0].AsX(), XMM()
	if m.wide {
		VADDPD(m.upper(a[0]), y, y)
	}
	VEXTRACTF128(U8(1), y, other)
	VADDPD(other, x, x)
	VPERMILPD(U8(1), x, other)
	VADDSD(other, x, x)
	return a[0]
}

// greatest returns the greatest lane in all lanes.
func (m machine) greatest(v reg.VecVirtual) reg.VecVirtual {
	r := m.copy(v)
	y, x, other := r.AsY(), r.AsX(), XMM()
	if m.wide {
		VMAXPS(m.upper(r), y, y)
	}
	VEXTRACTF128(U8(1), y, other)
	VMAXPS(other, x, x)
	for _, shuffle := range []uint64{0x4e, 0xb1} {
		VPERMILPS(U8(shuffle), x, other)
		VMAXPS(other, x, x)
	}
	VBROADCASTSS(x, r)
	return r
}
