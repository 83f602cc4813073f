package simd

import "github.com/gokfac/gokfac/internal/asm/arm64"

// parts runs one of the bodies: for 4 elements of 4 bytes or 2 of 8, for 2 of 4 bytes, or for 1; third after the one for 2
// where there are 3. Nothing runs for 0. Jumps of which the outcome is known are left out.
type parts struct{ whole, pair, third, one func() }

func (n *neon) parts(e Element, lanes Lanes, p parts) {
	if lanes.fewer && e.Bytes == 8 {
		p.one()
		return
	}
	c := n.ints[lanes.count]
	full, low, done := n.newLabel("full"), n.newLabel("low"), n.newLabel("there")
	if e.Bytes == 4 {
		if !lanes.fewer {
			n.f.JumpIfBit(c, 2, full)
		}
		n.f.JumpIfNotBit(c, 1, low)
		p.pair()
		n.f.JumpIfNotBit(c, 0, done)
		p.third()
		n.f.Jump(done)
		n.f.Label(low)
	} else {
		n.f.JumpIfBit(c, 1, full)
	}
	if lanes.fewer {
		p.one()
	} else {
		n.f.JumpIfNotBit(c, 0, done)
		p.one()
		n.f.Jump(done)
		n.f.Label(full)
		p.whole()
	}
	n.f.Label(done)
}

// further is the place 8 bytes on, in a register.
func (n *neon) further(at Address) arm64.Address {
	base := n.address(Address{Base: at.Base, Index: at.Index, Scale: at.Scale}, 8)
	return arm64.At(n.plus(base.Base(), at.Offset+8), 0)
}

func (n *neon) load(e Element, from Address, lanes Lanes, to Vec) {
	at := n.address(from, 16)
	r := n.own(to)
	if lanes.Whole() {
		n.f.Load(arm64.Q, r, at)
		return
	}
	if !lanes.fewer { // a load of some clears the rest
		n.f.Clear(r)
	}
	n.parts(e, lanes, parts{
		whole: func() { n.f.Load(arm64.Q, r, at) },
		pair:  func() { n.f.Load(arm64.D, r, at) },
		third: func() { n.f.LoadLane(arm64.S, r, 2, n.further(from)) },
		one:   func() { n.f.Load(single(e), r, at) },
	})
}

func (n *neon) loadOr(e Element, from Address, lanes Lanes, other, to Vec) {
	if lanes.Whole() {
		n.load(e, from, lanes, to)
		return
	}
	at := n.address(from, 16)
	first := arm64.At(n.plus(at.Base(), at.Offset()), 0)
	before := n.vec(other)
	r := n.own(to)
	n.f.Copy(r, before)
	n.parts(e, lanes, parts{
		whole: func() { n.f.Load(arm64.Q, r, at) },
		pair:  func() { n.f.LoadLane(arm64.D, r, 0, first) },
		third: func() { n.f.LoadLane(arm64.S, r, 2, n.further(from)) },
		one:   func() { n.f.LoadLane(single(e), r, 0, first) },
	})
}

func (n *neon) store(e Element, x Vec, to Address, lanes Lanes) {
	at, r := n.address(to, 16), n.vec(x)
	if lanes.Whole() {
		n.f.Store(arm64.Q, r, at)
		return
	}
	n.parts(e, lanes, parts{
		whole: func() { n.f.Store(arm64.Q, r, at) },
		pair:  func() { n.f.Store(arm64.D, r, at) },
		third: func() { n.f.StoreLane(arm64.S, r, 2, n.further(to)) },
		one:   func() { n.f.Store(single(e), r, at) },
	})
}

// loadWide reads two elements.
func (n *neon) loadWide(from Address, lanes Lanes, to Vec) {
	at := n.address(from, 8)
	r := n.own(to)
	if lanes.Whole() {
		n.f.Load(arm64.D, r, at)
	} else {
		if !lanes.fewer {
			n.f.Clear(r)
		}
		n.parts(Double, lanes, parts{
			whole: func() { n.f.Load(arm64.D, r, at) },
			one:   func() { n.f.Load(arm64.S, r, at) },
		})
	}
	n.f.Op("FCVTL", arm64.D2, r, r)
}

func (n *neon) storeNarrow(x Vec, to Address, lanes Lanes) {
	at, from := n.address(to, 8), n.vec(x)
	r := n.own(x)
	n.f.Op("FCVTN", arm64.S2, r, from)
	if lanes.Whole() {
		n.f.Store(arm64.D, r, at)
		return
	}
	n.parts(Double, lanes, parts{
		whole: func() { n.f.Store(arm64.D, r, at) },
		one:   func() { n.f.Store(arm64.S, r, at) },
	})
}

func (n *neon) storeLane(e Element, x Vec, to Address) {
	n.f.Store(single(e), n.vec(x), n.address(to, e.Bytes))
}
