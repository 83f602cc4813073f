package main

import "github.com/gokfac/gokfac/internal/asm/simd"

// convertSlots is how many vectors of float64 of AVX a conversion has in a step.
const convertSlots = 2

func emitWiden(m simd.Machine) {
	start(m, "widen", "(dst []float64, src []float32)", `
for i := range dst {
	dst[i] = float64(src[i])
}`)
	l := newLoop(m, m.Lanes(), slotsOf(m, convertSlots, longSlots), "dst", "src")
	l.widths = []int{4, 8}
	l.run("", "dst", func() {
		for slot := range l.slots {
			l.store(l.loadNarrow("src", slot), "dst", slot)
		}
	})
	m.End()
}

func emitNarrow(m simd.Machine) {
	start(m, "narrow", "(dst []float32, src []float64)", `
for i := range dst {
	dst[i] = float32(src[i])
}`)
	l := newLoop(m, m.Lanes(), slotsOf(m, convertSlots, longSlots), "dst", "src")
	l.widths = []int{4, 8}
	l.run("", "dst", func() {
		for slot := range l.slots {
			l.storeNarrow(l.load("src", slot), "dst", slot)
		}
	})
	m.End()
}
