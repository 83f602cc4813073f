package simd

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func (a *amd64) upper(x Vec) Vec {
	r := a.newVec(Single)
	if a.wide {
		VEXTRACTF64X4(U8(1), a.vecs[x], a.low(r))
	} else {
		VEXTRACTF128(U8(1), a.vecs[x], a.low(r))
	}
	return r
}

func (a *amd64) widened(x Vec) [2]Vec {
	r := [2]Vec{a.newVec(Double), a.newVec(Double)}
	VCVTPS2PD(a.low(x), a.vecs[r[0]])
	VCVTPS2PD(a.low(a.upper(x)), a.vecs[r[1]])
	return r
}

func (a *amd64) total(v Vec) {
	y, x, other := a.vecs[v].AsY(), a.vecs[v].AsX(), XMM()
	if a.wide {
		VADDPD(a.low(a.upper(v)), y, y)
	}
	VEXTRACTF128(U8(1), y, other)
	VADDPD(other, x, x)
	VPERMILPD(U8(1), x, other)
	VADDSD(other, x, x)
}

func (a *amd64) greatestLane(v, to Vec) {
	a.convert(Single, copyOf, v, to)
	r := a.vecs[to]
	y, x, other := r.AsY(), r.AsX(), XMM()
	if a.wide {
		VMAXPS(a.low(a.upper(to)), y, y)
	}
	VEXTRACTF128(U8(1), y, other)
	VMAXPS(other, x, x)
	for _, shuffle := range []U8{0x4e, 0xb1} {
		VPERMILPS(shuffle, x, other)
		VMAXPS(other, x, x)
	}
	VBROADCASTSS(x, r)
}

func (a *amd64) inverse(v Vec) Vec {
	x := a.vecs[v].AsX()
	unit, r := XMM(), a.newVec(Single)
	VCVTSD2SS(x, x, x)
	VMOVSS(a.operand(Number(1)), unit)
	VDIVSS(x, unit, x)
	VBROADCASTSS(x, a.vecs[r])
	return r
}

func (a *amd64) result(i int, x Vec) { Store(a.vecs[x].AsX(), ReturnIndex(i)) }

func (a *amd64) resultNone(i int, x Vec) {
	if a.wide {
		var k reg.Register = K()
		lanes := GP32()
		VPTESTMD(a.vecs[x], a.vecs[x], k)
		KMOVW(k, lanes)
		TESTL(lanes, lanes)
	} else {
		VPTEST(a.vecs[x], a.vecs[x])
	}
	none := GP8()
	SETEQ(none)
	Store(none, ReturnIndex(i))
}
