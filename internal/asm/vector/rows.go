package main

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/asm/simd"
)

// rowGroup is how many rows are added at once: as many as there are registers
// for their addresses.
const rowGroup = 8

func emitAddRows(m simd.Machine) {
	start(m, m.Element.Letter+"addRows", "(dst, x []T, stride, groups int)", `
for range groups {
	for j := range dst {
		r := func(i int) T { return x[i*stride+j] }
		dst[j] += ((r(0) + r(1)) + (r(2) + r(3))) + ((r(4) + r(5)) + (r(6) + r(7)))
	}
	x = x[8*stride:]
}`)
	l := newLoop(m, m.Lanes(), slotsOf(m, mapSlots, 4), "dst")
	f := &frame{loop: l}
	row := func(i int) string { return fmt.Sprint("row", i) }
	x, stride, groups := m.Base("x"), m.Param("stride"), m.Param("groups")
	m.MultiplyBy(m.Element.Bytes, stride)
	for i := range rowGroup {
		l.base[row(i)] = x
		if i > 0 {
			l.base[row(i)] = m.Beyond(l.base[row(i-1)], stride, 1)
		}
	}
	m.ShiftLeft(3, stride)
	m.Label("group")
	l.run("columns", "dst", func() {
		for f.slot = range f.slots {
			f.put("dst", f.Add(f.get("dst"), f.pairwise(0, rowGroup, row)))
		}
	})
	for i := range rowGroup {
		m.AddIntTo(stride, l.base[row(i)])
	}
	m.DownInt(groups)
	m.Branch(simd.NotZero, "group")
	m.End()
}

// pairwise is the sum of slices lo to hi.
func (f *frame) pairwise(lo, hi int, name func(int) string) simd.Vec {
	if hi-lo == 1 {
		return f.get(name(lo))
	}
	middle := (lo + hi) / 2
	return f.Add(f.pairwise(lo, middle, name), f.pairwise(middle, hi, name))
}
