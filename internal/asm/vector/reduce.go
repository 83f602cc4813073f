package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sumLanes is how many sums a reduction keeps: element i is added to the sum
// i mod 16, in every set of instructions.
const sumLanes = 16

// sums are sumLanes float64 sums, in two or four registers.
type sums []reg.VecVirtual

func newSums(v vector) sums {
	s := make(sums, sumLanes*8/v.bytes)
	for i := range s {
		s[i] = v.zero()
	}
	return s
}

// product adds x·y to the i-th register. The product of two float32 is exact in
// float64, so that fusing rounds once as well; others are rounded as in Go.
func (s sums) product(l *loop, x, y reg.VecVirtual, i int) {
	if l.precision.bytes == 4 {
		VFMADD231PD(x, y, s[i])
		return
	}
	r := l.register()
	VMULPD(x, y, r)
	VADDPD(r, s[i], s[i])
}

// fold adds the upper half of the sums to the lower one until one is left.
func (s sums) fold(v vector) reg.Register {
	for ; len(s) > 1; s = s[:len(s)/2] {
		for i := range len(s) / 2 {
			VADDPD(s[i+len(s)/2], s[i], s[i])
		}
	}
	if v.bytes == 64 {
		VADDPD(v.upper(s[0]).AsY(), s[0].AsY(), s[0].AsY())
	}
	high := XMM()
	VEXTRACTF128(U8(1), s[0].AsY(), high)
	VADDPD(high, s[0].AsX(), high)
	second := XMM()
	VUNPCKHPD(high, high, second)
	VADDSD(second, high, high)
	return high
}

func emitDot(p precision, v vector) {
	start(p, v, p.letter+"dot"+v.isa, "func(x, y []T) float64", `
var s lanes
for i := range x {
	s[i%16] += float64(x[i]) * float64(y[i])
}
return s.fold()`)
	l := newLoop(p, v, v.bytes/8, sumLanes*8/v.bytes, "x", "y")
	xy := newSums(v)
	l.run("", "x", func() {
		for slot := range l.slots {
			xy.product(l, l.loadWide("x", slot), l.loadWide("y", slot), slot)
		}
	})
	Store(xy.fold(v), ReturnIndex(0))
	VZEROUPPER()
	RET()
}

func emitProducts(p precision, v vector) {
	start(p, v, p.letter+"products"+v.isa, "func(x, y []T) (xx, yy, xy float64)", `
var a, b, c lanes
for i := range x {
	a[i%16] += float64(x[i]) * float64(x[i])
	b[i%16] += float64(y[i]) * float64(y[i])
	c[i%16] += float64(x[i]) * float64(y[i])
}
return a.fold(), b.fold(), c.fold()`)
	l := newLoop(p, v, v.bytes/8, sumLanes*8/v.bytes, "x", "y")
	xx, yy, xy := newSums(v), newSums(v), newSums(v)
	l.run("", "x", func() {
		for slot := range l.slots {
			x, y := l.loadWide("x", slot), l.loadWide("y", slot)
			xx.product(l, x, x, slot)
			yy.product(l, y, y, slot)
			xy.product(l, x, y, slot)
		}
	})
	for i, s := range []sums{xx, yy, xy} {
		Store(s.fold(v), ReturnIndex(i))
	}
	VZEROUPPER()
	RET()
}

func emitMomentum(p precision, v vector) {
	start(p, v, p.letter+"momentum"+v.isa, "func(theta, velocity, u []T, alpha, mu, nu T) float64", `
var s lanes
for i := range theta {
	v := mu*velocity[i] + nu*u[i]
	velocity[i] = v
	theta[i] -= alpha * v
	s[i%16] += float64(v) * float64(v)
}
return s.fold()`)
	lanes := v.bytes / p.bytes
	f := &frame{
		loop:     newLoop(p, v, lanes, sumLanes/lanes, "theta", "velocity", "u"),
		constant: constants(p, v, "alpha", "mu", "nu"),
	}
	squares := newSums(v)
	f.run("", "theta", func() {
		for f.slot = range f.slots {
			x := f.plus(f.times(f.constant["mu"], f.get("velocity")), f.times(f.constant["nu"], f.get("u")))
			f.put("velocity", x)
			f.put("theta", f.minus(f.get("theta"), f.times(f.constant["alpha"], x)))
			if p.bytes == 8 {
				squares.product(f.loop, x, x, f.slot)
				continue
			}
			for i, half := range []reg.VecVirtual{x, v.upper(x)} {
				wide := v.register()
				VCVTPS2PD(v.half(half), wide)
				squares.product(f.loop, wide, wide, 2*f.slot+i)
			}
		}
	})
	Store(squares.fold(v), ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// emitFinite writes a kernel for which x−x is the bits 0 of a finite x, also
// of a subnormal one, and the bits of NaN otherwise.
func emitFinite(p precision, v vector) {
	start(p, v, p.letter+"finite"+v.isa, "func(x []T) bool", `
for i := range x {
	if x[i]-x[i] != 0 {
		return false
	}
}
return true`)
	f := &frame{loop: newLoop(p, v, v.bytes/p.bytes, mapSlots, "x")}
	or := func(x, to reg.VecVirtual) {
		if v.bytes == 64 {
			VPORD(x, to, to)
		} else {
			VPOR(x, to, to)
		}
	}
	var found [mapSlots]reg.VecVirtual
	for slot := range found {
		found[slot] = v.zero()
	}
	f.run("", "x", func() {
		for f.slot = range f.slots {
			x := f.get("x")
			or(f.minus(x, x), found[f.slot])
		}
	})
	for _, more := range found[1:] {
		or(more, found[0])
	}
	if v.bytes == 64 {
		lanes := GP32()
		VPTESTMD(found[0], found[0], reg.K1)
		KMOVW(reg.K1, lanes)
		TESTL(lanes, lanes)
	} else {
		VPTEST(found[0], found[0])
	}
	none := GP8()
	SETEQ(none)
	Store(none, ReturnIndex(0))
	VZEROUPPER()
	RET()
}
