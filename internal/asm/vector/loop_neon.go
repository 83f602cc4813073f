package main

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/asm/simd"
)

// What the loop does where vectors are short and instructions have no masks:
// NEON.
//
//   - Steps are of more slots, and slots are loaded and stored in pairs.
//   - Addresses have no index: loops within a step have registers of their own.
//   - After the whole steps come single slots, and the lanes of one at last.

func short(m simd.Machine) bool { return m.Bytes == 16 }

// slotsOf is how many vectors a step has.
func slotsOf(m simd.Machine, avx, neon int) int {
	if short(m) {
		return neon
	}
	return avx
}

// toFront sets a register to where a step of a slice begins, or where the slice
// does if addresses have an index.
func (l *loop) toFront(slice string, to simd.Int) {
	if short(l.Machine) {
		l.IntoInt(to).Beyond(l.base[slice], l.index, l.Element.Bytes)
	} else {
		l.IntoInt(to).CopyInt(l.base[slice])
	}
}

// follow makes a slice begin where the register is, which toFront has set, until
// the returned function is called.
func (l *loop) follow(slice string, at simd.Int) (end func()) {
	before := l.base[slice]
	l.base[slice], l.placed[slice] = at, short(l.Machine)
	return func() { l.base[slice], l.placed[slice] = before, false }
}

// overRest writes what comes after the whole steps, for n elements.
func (l *loop) overRest(label string, n simd.Int, step func()) {
	slots := l.slots
	if l.ordered {
		l.phase, l.left = "rest", n
		step()
		l.left, l.ends = 0, nil
		return
	}
	l.slots = 1
	if slots > 1 {
		l.phase = "single"
		l.steps(label, "few", n, step)
	}
	l.phase, l.ends = "edge", []simd.Lanes{l.FewerLanes(n)}
	step()
	l.slots, l.ends = slots, nil
}

// eachOfRest is each for the elements that are left: whole slots, until one has
// too few or none.
func (l *loop) eachOfRest(body func(slot int)) {
	last := func(slot int) string { return fmt.Sprint("last", slot) }
	for slot := range l.slots - 1 {
		l.CompareInt(l.left, (slot+1)*l.lanes)
		l.Branch(simd.Less, last(slot))
		body(slot)
	}
	l.ends = make([]simd.Lanes, l.slots)
	for slot := l.slots - 1; slot >= 0; slot-- {
		l.Label(last(slot))
		if slot > 0 {
			l.SubtractFrom(slot*l.lanes, l.left)
			l.Branch(simd.Zero, "none")
		}
		l.ends[slot] = l.FewerLanes(l.left)
		body(slot)
		if slot > 0 {
			l.Jump("none")
		}
	}
	l.Label("none")
}
