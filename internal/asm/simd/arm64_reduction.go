package simd

import "github.com/gokfac/gokfac/internal/asm/arm64"

func (n *neon) widened(x Vec) [2]Vec {
	r := [2]Vec{n.newVec(Double), n.newVec(Double)}
	n.f.Op("FCVTL", arm64.D2, n.own(r[0]), n.vec(x))
	n.f.Op("FCVTL2", arm64.D2, n.own(r[1]), n.vec(x))
	return r
}

func (n *neon) upper(x Vec) Vec {
	r := n.newVec(Single)
	n.f.Extract(n.own(r), n.vec(x), n.vec(x), 8)
	return r
}

func (n *neon) total(v Vec) {
	r := n.changed(v)
	n.f.Op("FADDP", arm64.D, r, r)
}

func (n *neon) greatestLane(v, to Vec) {
	from := n.vec(v)
	r := n.own(to)
	n.f.Op("FMAXP", arm64.S4, r, from, from)
	n.f.Op("FMAXP", arm64.S4, r, r, r)
}

func (n *neon) inverse(v Vec) Vec {
	to, x := n.newVec(Single), n.f.Vec()
	n.f.Op("FCVT", arm64.S, x, n.vec(v))
	n.f.Op("FDIV", arm64.S, x, n.held(same(Number(1))), x)
	n.f.Broadcast(arm64.S4, n.own(to), x, 0)
	return to
}

func (n *neon) result(i int, x Vec) { n.f.Result(n.results[i], n.vec(x)) }

func (n *neon) resultNone(i int, x Vec) {
	most, bits, none := n.f.Vec(), n.f.Int(), n.constantInt(1)
	n.f.Op("UMAXV", arm64.S, most, n.vec(x))
	n.f.GetLane(arm64.S, bits, most, 0)
	n.f.CompareConst(bits, 0)
	n.f.Choose("EQ", none, none, arm64.Zero)
	n.f.Result(n.results[i], none)
}
