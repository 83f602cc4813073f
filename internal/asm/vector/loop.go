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
	widths       []int           // bytes of an element, of all kinds of slices
	ends         []simd.Lanes    // of the last step's slots; nil in whole steps
	phase        string          // how labels within a step begin: what the step is
	ordered      bool            // an element's slot matters
	pairs        *pairs          // NEON: not nil where slots are taken in pairs
	placed       map[string]bool // NEON: slices that begin where the step does
	left         simd.Int        // NEON: elements of the last step
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
	l := &loop{Machine: m, lanes: lanes, slots: slots, widths: []int{m.Element.Bytes}, base: map[string]simd.Int{}, placed: map[string]bool{}}
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
	l.ClearInt(l.index)
	l.phase, l.pairs = "whole", newPairs(l)
	l.steps(label, "rest", n, step)
	l.pairs = nil
	if short(l.Machine) {
		l.overRest(label, n, step)
	} else {
		l.phase, l.ends = "edge", l.StepLanes(n, l.slots, l.lanes, l.widths...)
		step()
		l.ends = nil
	}
	l.Label(label + "done")
}

// steps writes the loop of whole steps, which is left for the label rest, or for
// done if no element is left.
func (l *loop) steps(label, rest string, n simd.Int, step func()) {
	elements := l.lanes * l.slots
	l.SubtractFrom(elements, n)
	l.Branch(simd.Less, label+rest)
	l.Label(label + l.phaseLoop())
	step()
	l.AddTo(elements, l.index)
	l.SubtractFrom(elements, n)
	l.Branch(simd.NotLess, label+l.phaseLoop())
	l.Label(label + rest)
	l.AddTo(elements, n)
	l.Branch(simd.Zero, label+"done")
}

func (l *loop) phaseLoop() string {
	if l.phase == "whole" {
		return "loop"
	}
	return l.phase
}

// each runs body for every slot of a step that has elements.
func (l *loop) each(body func(slot int)) {
	if l.left != 0 {
		l.eachOfRest(body)
		return
	}
	for slot := range l.slots {
		body(slot)
	}
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
	at := simd.Address{Base: l.base[slice], Offset: slot * l.lanes * bytes}
	if !l.placed[slice] {
		at.Index, at.Scale = l.index, bytes
	}
	return at
}

// load reads a slot: of whole vectors of the loop's own elements.
func (l *loop) load(slice string, slot int) simd.Vec {
	if l.pairs != nil {
		return l.pairs.load(slice, slot)
	}
	return l.Load(l.at(slice, slot, l.Element.Bytes), l.there(slot))
}

// store writes a slot. With NEON, r is stored later, and must not change.
func (l *loop) store(r simd.Vec, slice string, slot int) {
	if l.pairs != nil {
		l.pairs.store(r, slice, slot)
		return
	}
	l.Store(r, l.at(slice, slot, l.Element.Bytes), l.there(slot))
}

// loadWide reads a slot, one vector wide in float64, of elements of either
// precision.
func (l *loop) loadWide(slice string, slot int) simd.Vec {
	if l.Element == simd.Double {
		return l.load(slice, slot)
	}
	return l.loadNarrow(slice, slot)
}

// loadNarrow reads a slot of float32 as a vector of float64.
func (l *loop) loadNarrow(slice string, slot int) simd.Vec {
	if l.pairs != nil {
		return l.pairs.loadNarrow(slice, slot)
	}
	return l.LoadWide(l.at(slice, slot, 4), l.there(slot))
}

// storeNarrow writes a slot of float32 from a vector of float64, which is used up.
func (l *loop) storeNarrow(r simd.Vec, slice string, slot int) {
	if l.pairs != nil {
		l.pairs.storeNarrow(r, slice, slot)
		return
	}
	l.StoreNarrow(r, l.at(slice, slot, 4), l.there(slot))
}
