package simd

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func (a *amd64) load(e Element, from Address, lanes Lanes, to Vec) {
	at, r := a.address(from), a.vecs[to]
	switch {
	case lanes.Whole():
		of(e, VMOVUPS, VMOVUPD)(at, r)
	case a.wide:
		of(e, func(o ...Op) { VMOVUPS_Z(o[0], o[1], o[2]) }, func(o ...Op) { VMOVUPD_Z(o[0], o[1], o[2]) })(at, a.masks[lanes.mask], r)
	default:
		of(e, func(o ...Op) { VMASKMOVPS(o[0], o[1], o[2]) }, func(o ...Op) { VMASKMOVPD(o[0], o[1], o[2]) })(at, a.laneMask(e, lanes), r)
	}
}

func (a *amd64) loadOr(e Element, from Address, lanes Lanes, other, to Vec) {
	switch {
	case lanes.Whole():
		a.load(e, from, lanes, to)
	case a.wide:
		a.convert(e, copyOf, other, to)
		of(e, VMOVUPS, VMOVUPD)(a.address(from), a.masks[lanes.mask], a.vecs[to])
	default:
		there := a.newVec(e)
		a.load(e, from, lanes, there)
		a.choose(e, a.newMask(a.laneMask(e, lanes)), there, other, to)
	}
}

func (a *amd64) store(e Element, x Vec, to Address, lanes Lanes) {
	at, r := a.address(to), a.vecs[x]
	switch {
	case lanes.Whole():
		of(e, VMOVUPS, VMOVUPD)(r, at)
	case a.wide:
		of(e, VMOVUPS, VMOVUPD)(r, a.masks[lanes.mask], at)
	default:
		of(e, func(o ...Op) { VMASKMOVPS(o[0], o[1], o[2]) }, func(o ...Op) { VMASKMOVPD(o[0], o[1], o[2]) })(r, a.laneMask(e, lanes), at)
	}
}

func (a *amd64) loadWide(from Address, lanes Lanes, to Vec) {
	at, r := a.address(from), a.vecs[to]
	switch {
	case lanes.Whole():
		VCVTPS2PD(at, r)
	case a.wide:
		VCVTPS2PD_Z(at, a.masks[lanes.mask], r)
	default:
		VMASKMOVPS(at, a.laneMask(Single, lanes).AsX(), r.AsX())
		VCVTPS2PD(r.AsX(), r)
	}
}

func (a *amd64) storeNarrow(x Vec, to Address, lanes Lanes) {
	at, r := a.address(to), a.vecs[x]
	if a.wide {
		VCVTPD2PS(r, r.AsY())
	} else {
		VCVTPD2PSY(r, r.AsX())
	}
	switch {
	case lanes.Whole():
		VMOVUPS(a.low(x), at)
	case a.wide: // AVX512F has masks for whole registers only
		VMOVUPS(r, a.masks[lanes.mask], at)
	default:
		VMASKMOVPS(r.AsX(), a.laneMask(Single, lanes).AsX(), at)
	}
}

func (a *amd64) storeLane(e Element, x Vec, to Address) {
	of(e, VMOVSS, VMOVSD)(a.vecs[x].AsX(), a.address(to))
}

// laneMask is AVX2's mask of lanes: at hand, or read from the table.
func (a *amd64) laneMask(e Element, lanes Lanes) reg.VecVirtual {
	if lanes.mask != 0 {
		return a.masks[lanes.mask].(reg.VecVirtual)
	}
	r := YMM()
	VMOVUPS(Mem{Base: a.ints[lanes.edge[e.Bytes]], Disp: lanes.first * e.Bytes}, r)
	return r
}
