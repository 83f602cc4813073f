package main

import (
	. "github.com/mmcloughlin/avo/build"
)

// convertSlots is how many vectors of float64 a conversion has in a step.
const convertSlots = 2

func emitWiden(v vector) {
	start(double, v, "widen"+v.isa, "func(dst []float64, src []float32)", `
for i := range dst {
	dst[i] = float64(src[i])
}`)
	l := newLoop(double, v, v.bytes/8, convertSlots, "dst", "src")
	l.widths = []int{4, 8}
	l.run("", "dst", func() {
		for slot := range l.slots {
			l.precision = single
			r := l.loadWide("src", slot)
			l.precision = double
			l.store(r, "dst", slot)
		}
	})
	VZEROUPPER()
	RET()
}

func emitNarrow(v vector) {
	start(double, v, "narrow"+v.isa, "func(dst []float32, src []float64)", `
for i := range dst {
	dst[i] = float32(src[i])
}`)
	l := newLoop(double, v, v.bytes/8, convertSlots, "dst", "src")
	l.widths = []int{4, 8}
	l.run("", "dst", func() {
		for slot := range l.slots {
			r, to := l.load("src", slot), l.at("dst", slot, 4)
			if v.bytes == 64 {
				VCVTPD2PS(r, r.AsY())
			} else {
				VCVTPD2PSY(r, r.AsX())
			}
			switch {
			case !l.masked:
				VMOVUPS(v.half(r), to)
			case v.bytes == 64: // AVX512F has masks for whole registers only
				VMOVUPS(r, opmasks[slot], to)
			default:
				VMASKMOVPS(r.AsX(), l.edgeMask(slot, 4).AsX(), to)
			}
		}
	})
	VZEROUPPER()
	RET()
}
