package main

import (
	"strings"

	"github.com/gokfac/gokfac/internal/asm/simd"
)

// loop goes through slices from front to back. A step is some slots, each one
// vector wide; the last step, where elements are missing, is the same code for
// the first lanes only, which neither reads nor writes beyond the slices.
type loop struct {
	simd.Machine
	lanes, slots int // elements of a slot, slots of a step
	index        simd.Int
	base         map[string]simd.Int
	widths       []int        // bytes of an element, of all kinds of slices
	ends         []simd.Lanes // of the last step's slots; nil in whole steps
}

// start begins a kernel with the given signature, in which T is the element
// type. doc is its body in Go.
func start(m simd.Machine, name, signature, doc string) {
	element := func(s string) string { return strings.ReplaceAll(s, "T", m.Element.Go) }
	lines := []string{"is", ""}
	for _, line := range strings.Split(strings.Trim(doc, "\n"), "\n") {
		lines = append(lines, "\t"+element(line))
	}
	m.Function(name, element(signature), lines...)
}

// newLoop loads the addresses of slices.
func newLoop(m simd.Machine, lanes, slots int, slices ...string) *loop {
	l := &loop{Machine: m, lanes: lanes, slots: slots, widths: []int{m.Element.Bytes}, base: map[string]simd.Int{}}
	for _, s := range slices {
		l.base[s] = m.Base(s)
	}
	l.index = m.NewInt()
	return l
}

// run writes the steps over as many elements as the slice named first has.
// label tells one loop of a function from another.
func (l *loop) run(label, first string, step func()) { l.over(label, l.Len(first), step) }

// over is run for n elements. It changes n.
func (l *loop) over(label string, n simd.Int, step func()) {
	elements := l.lanes * l.slots
	l.ClearInt(l.index)
	l.SubtractFrom(elements, n)
	l.Branch(simd.Less, label+"rest")
	l.Label(label + "loop")
	step()
	l.AddTo(elements, l.index)
	l.SubtractFrom(elements, n)
	l.Branch(simd.NotLess, label+"loop")
	l.Label(label + "rest")
	l.AddTo(elements, n)
	l.Branch(simd.Zero, label+"done")
	l.ends = l.StepLanes(n, l.slots, l.lanes, l.widths...)
	step()
	l.ends = nil
	l.Label(label + "done")
}

// there is the lanes of a slot.
func (l *loop) there(slot int) simd.Lanes {
	if l.ends == nil {
		return simd.Lanes{}
	}
	return l.ends[slot]
}

// at is where a slot of a slice with elements of so many bytes lies.
func (l *loop) at(slice string, slot, bytes int) simd.Address {
	return simd.Address{Base: l.base[slice], Index: l.index, Scale: bytes, Offset: slot * l.lanes * bytes}
}

// load reads a slot: of whole vectors of the loop's own elements.
func (l *loop) load(slice string, slot int) simd.Vec {
	return l.Load(l.at(slice, slot, l.Element.Bytes), l.there(slot))
}

// store writes a slot.
func (l *loop) store(r simd.Vec, slice string, slot int) {
	l.Store(r, l.at(slice, slot, l.Element.Bytes), l.there(slot))
}

// loadWide reads a slot, one vector wide in float64, of elements of either
// precision.
func (l *loop) loadWide(slice string, slot int) simd.Vec {
	if l.Element == simd.Double {
		return l.load(slice, slot)
	}
	return l.LoadWide(l.at(slice, slot, 4), l.there(slot))
}

// phase is the beginning of the labels within a step.
func (l *loop) phase() string {
	if l.ends == nil {
		return "whole"
	}
	return "edge"
}
