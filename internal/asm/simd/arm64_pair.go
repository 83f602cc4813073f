package simd

import "github.com/gokfac/gokfac/internal/asm/arm64"

func (n *neon) loadPair(_ Element, from Address, first, second Vec) {
	at := n.address(from, 16)
	n.f.LoadPair(arm64.Q, n.own(first), n.own(second), at)
}

func (n *neon) storePair(_ Element, first, second Vec, to Address) {
	n.f.StorePair(arm64.Q, n.vec(first), n.vec(second), n.address(to, 16))
}

func (n *neon) storeNarrowPair(first, second Vec, to Address) {
	r := n.f.Vec()
	n.f.Op("FCVTN", arm64.S2, r, n.vec(first))
	n.f.Op("FCVTN2", arm64.S4, r, n.vec(second))
	n.f.Store(arm64.Q, r, n.address(to, 16))
}
