package main

import "github.com/gokfac/gokfac/internal/asm/simd"

// sumLanes is how many sums a reduction keeps: element i is added to the sum
// i mod 16, in every set of instructions.
const sumLanes = 16

// sums are sumLanes float64 sums, in two to eight registers.
type sums struct {
	simd.Machine // of float64
	vecs         []simd.Vec
}

func newSums(m simd.Machine) sums {
	s := sums{Machine: m.Of(simd.Double)}
	for range sumLanes / s.Lanes() {
		s.vecs = append(s.vecs, s.Zero())
	}
	return s
}

// product adds x·y to the i-th register. The product of two float32 is exact in
// float64, so that fusing rounds once as well; others are rounded as in Go.
func (s sums) product(l *loop, x, y simd.Vec, i int) {
	if l.Element == simd.Single {
		s.AddProduct(y, x, s.vecs[i])
		return
	}
	s.add(s.Multiply(y, x), i)
}

// add adds x to the i-th register.
func (s sums) add(x simd.Vec, i int) { s.Into(s.vecs[i]).Add(s.vecs[i], x) }

// fold adds the upper half of the sums to the lower one until one is left, in
// the first lane.
func (s sums) fold() simd.Vec {
	for ; len(s.vecs) > 1; s.vecs = s.vecs[:len(s.vecs)/2] {
		for i := range len(s.vecs) / 2 {
			s.add(s.vecs[i+len(s.vecs)/2], i)
		}
	}
	s.Total(s.vecs[0])
	return s.vecs[0]
}

// wideLoop is a loop with one slot for each register of sums.
func wideLoop(m simd.Machine, slices ...string) *loop {
	lanes := m.Of(simd.Double).Lanes()
	l := newLoop(m, lanes, sumLanes/lanes, slices...)
	l.widths = []int{4, 8}
	l.ordered = true
	return l
}

func emitDot(m simd.Machine) {
	start(m, m.Element.Letter+"dot", "(x, y []T) float64", `
var s lanes
for i := range x {
	s[i%16] += float64(x[i]) * float64(y[i])
}
return s.fold()`)
	l := wideLoop(m, "x", "y")
	l.widths = []int{m.Element.Bytes}
	xy := newSums(m)
	l.run("", "x", func() {
		l.each(func(slot int) {
			xy.product(l, l.loadWide("x", slot), l.loadWide("y", slot), slot)
		})
	})
	m.Return(0, xy.fold())
	m.End()
}

func emitProducts(m simd.Machine) {
	start(m, m.Element.Letter+"products", "(x, y []T) (xx, yy, xy float64)", `
var a, b, c lanes
for i := range x {
	a[i%16] += float64(x[i]) * float64(x[i])
	b[i%16] += float64(y[i]) * float64(y[i])
	c[i%16] += float64(x[i]) * float64(y[i])
}
return a.fold(), b.fold(), c.fold()`)
	l := wideLoop(m, "x", "y")
	l.widths = []int{m.Element.Bytes}
	xx, yy, xy := newSums(m), newSums(m), newSums(m)
	l.run("", "x", func() {
		l.each(func(slot int) {
			x, y := l.loadWide("x", slot), l.loadWide("y", slot)
			xx.product(l, x, x, slot)
			yy.product(l, y, y, slot)
			xy.product(l, x, y, slot)
		})
	})
	for i, s := range []sums{xx, yy, xy} {
		m.Return(i, s.fold())
	}
	m.End()
}

func emitMomentum(m simd.Machine) {
	start(m, m.Element.Letter+"momentum", "(theta, velocity, u []T, alpha, mu, nu T) float64", `
var s lanes
for i := range theta {
	v := mu*velocity[i] + nu*u[i]
	velocity[i] = v
	theta[i] -= alpha * v
	s[i%16] += float64(v) * float64(v)
}
return s.fold()`)
	f := &frame{
		loop:     newLoop(m, m.Lanes(), sumLanes/m.Lanes(), "theta", "velocity", "u"),
		constant: constants(m, "alpha", "mu", "nu"),
	}
	f.ordered = true
	squares := newSums(m)
	f.run("", "theta", func() {
		f.each(func(slot int) {
			f.slot = slot
			x := f.Add(f.Multiply(f.constant["mu"], f.get("velocity")), f.Multiply(f.constant["nu"], f.get("u")))
			f.put("velocity", x)
			f.put("theta", f.Subtract(f.get("theta"), f.Multiply(f.constant["alpha"], x)))
			if m.Element == simd.Double {
				squares.product(f.loop, x, x, slot)
				return
			}
			for i, wide := range f.Widened(x) {
				squares.product(f.loop, wide, wide, 2*slot+i)
			}
		})
	})
	m.Return(0, squares.fold())
	m.End()
}

// emitFinite writes a kernel for which x−x, and 0·x but for its sign, are the
// bits 0 of a finite x, also of a subnormal one, and the bits of NaN otherwise.
// Adding 0·x takes NEON one instruction in the place of two.
func emitFinite(m simd.Machine) {
	start(m, m.Element.Letter+"finite", "(x []T) bool", `
for i := range x {
	if x[i]-x[i] != 0 {
		return false
	}
}
return true`)
	f := &frame{loop: newLoop(m, m.Lanes(), slotsOf(m, mapSlots, longSlots), "x")}
	found := make([]simd.Vec, f.slots)
	for slot := range found {
		found[slot] = m.Zero()
	}
	zero := simd.Vec(0)
	if short(m) {
		zero = m.Zero()
	}
	f.run("", "x", func() {
		for f.slot = range f.slots {
			x := f.get("x")
			if zero != 0 {
				m.AddProduct(x, zero, found[f.slot])
				continue
			}
			m.Into(found[f.slot]).Or(found[f.slot], f.Subtract(x, x))
		}
	})
	for _, more := range found[1:] {
		m.Into(found[0]).Or(found[0], more)
	}
	m.ReturnNone(0, found[0])
	m.End()
}
