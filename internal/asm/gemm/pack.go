package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// copyWidths are the row widths in bytes that copyRows has a loop for.
var copyWidths = []int{128, 96, 64, 48, 32, 16, 8, 4}

const copyType = "func(k int, dst *byte, dstStride int, src *byte, srcStride int, width int)"

var copyDoc = []string{"copyRows copies k rows of width bytes:",
	"",
	"\tfor l := range k {",
	"\t\tcopy(dst[l*dstStride:l*dstStride+width], src[l*srcStride:])",
	"\t}",
	"",
	"k is at least 1; strides are in bytes; width is one of 128, 96, 64, 48, 32, 16, 8 and 4.",
}

func transposeType(p precision) string {
	return fmt.Sprintf("func(k int, dst *%[1]s, width int, a, b, c, d *%[1]s)", p.goType)
}

func transposeDoc(p precision) []string {
	return []string{p.letter + "transpose4 interleaves four rows:",
		"",
		"\tfor l := range k {",
		"\t\tdst[l*width], dst[l*width+1], dst[l*width+2], dst[l*width+3] = a[l], b[l], c[l], d[l]",
		"\t}",
	}
}

// emitCopy writes the kernel that packs rows of a panel that lie contiguous in
// memory. Only bytes matter, so one kernel serves both precisions.
func emitCopy() {
	TEXT("copyRows", NOSPLIT, copyType)
	Doc(copyDoc...)
	Pragma("noescape")
	k := Load(Param("k"), GP64())
	dst := Load(Param("dst"), GP64())
	dstStride := Load(Param("dstStride"), GP64())
	src := Load(Param("src"), GP64())
	srcStride := Load(Param("srcStride"), GP64())
	width := Load(Param("width"), GP64())
	for _, w := range copyWidths[1:] {
		CMPQ(width, I32(w))
		JEQ(LabelRef(fmt.Sprintf("loop%d", w)))
	}
	for _, w := range copyWidths {
		label := fmt.Sprintf("loop%d", w)
		Label(label)
		copyRow(w, src, srcStride, dst)
		ADDQ(srcStride, src)
		ADDQ(dstStride, dst)
		DECQ(k)
		JNZ(LabelRef(label))
		VZEROUPPER()
		RET()
	}
}

func copyRow(w int, src, stride, dst reg.Register) {
	switch w {
	case 4:
		VMOVSS(Mem{Base: src}, reg.X0)
		VMOVSS(reg.X0, Mem{Base: dst})
		return
	case 8:
		VMOVSD(Mem{Base: src}, reg.X0)
		VMOVSD(reg.X0, Mem{Base: dst})
		return
	}
	whole := w / 32
	for at := 0; at < w; at += 64 {
		PREFETCHT0(Mem{Base: src, Index: stride, Scale: 8, Disp: at})
	}
	for i := range whole {
		VMOVUPS(Mem{Base: src, Disp: 32 * i}, ymm.file[i])
	}
	if w%32 != 0 {
		VMOVUPS(Mem{Base: src, Disp: 32 * whole}, reg.X15)
	}
	for i := range whole {
		VMOVUPS(ymm.file[i], Mem{Base: dst, Disp: 32 * i})
	}
	if w%32 != 0 {
		VMOVUPS(reg.X15, Mem{Base: dst, Disp: 32 * whole})
	}
}

// panelWidths are the widths of a row of a panel, in bytes, that copyPanels has a loop for: 4 elements.
var panelWidths = []int{16, 32}

// emitCopyPanels writes the kernel that packs four panels side by side. One at a time would come by each cache line of
// the matrix four times, for a quarter of it.
func emitCopyPanels() {
	TEXT("copyPanels", NOSPLIT, "func(k int, dst *byte, panel int, src *byte, srcStride int, width int)")
	Doc("copyPanels copies k rows of four times width bytes to four panels:",
		"",
		"\tfor l := range k {",
		"\t\tfor p := range 4 {",
		"\t\t\tcopy(dst[p*panel+l*width:][:width], src[l*srcStride+p*width:])",
		"\t\t}",
		"\t}",
		"",
		"k is at least 1; panel and srcStride are in bytes; width is 16 or 32.")
	Pragma("noescape")
	k := Load(Param("k"), GP64())
	dst := Load(Param("dst"), GP64())
	panel := Load(Param("panel"), GP64())
	src := Load(Param("src"), GP64())
	stride := Load(Param("srcStride"), GP64())
	width := Load(Param("width"), GP64())
	last := GP64()
	LEAQ(Mem{Base: panel, Index: panel, Scale: 2}, last)
	to := []Mem{{Base: dst}, {Base: dst, Index: panel, Scale: 1}, {Base: dst, Index: panel, Scale: 2}, {Base: dst, Index: last, Scale: 1}}
	CMPQ(width, U8(panelWidths[1]))
	JEQ(LabelRef(fmt.Sprintf("loop%d", panelWidths[1])))
	for _, w := range panelWidths {
		label := fmt.Sprintf("loop%d", w)
		Label(label)
		for at := 0; at < len(to)*w; at += 64 {
			PREFETCHT0(Mem{Base: src, Index: stride, Scale: 8, Disp: at})
		}
		for p := range to {
			VMOVUPS(Mem{Base: src, Disp: p * w}, narrow(w, ymm.file[p]))
		}
		for p, at := range to {
			VMOVUPS(narrow(w, ymm.file[p]), at)
		}
		ADDQ(stride, src)
		ADDQ(U8(w), dst)
		DECQ(k)
		JNZ(LabelRef(label))
		VZEROUPPER()
		RET()
	}
}

// emitTranspose writes the kernel that packs four rows of a matrix as four
// columns of a panel.
func emitTranspose(p precision) {
	TEXT(p.letter+"transpose4", NOSPLIT, transposeType(p))
	Doc(transposeDoc(p)...)
	Pragma("noescape")
	k := Load(Param("k"), GP64())
	dst := Load(Param("dst"), GP64())
	width := Load(Param("width"), GP64())
	SHLQ(U8(p.shift), width)
	var rows []reg.Register
	for _, name := range []string{"a", "b", "c", "d"} {
		rows = append(rows, Load(Param(name), GP64()))
	}
	trips := GP64()
	MOVQ(k, trips)
	lanes := 32 / p.bytes
	SHRQ(U8(5-p.shift), trips)
	JZ(LabelRef("tail"))
	Label("loop")
	for _, r := range rows {
		PREFETCHT0(Mem{Base: r, Disp: 512})
	}
	if p.bytes == 4 {
		transposeSingle(rows, dst, width)
	} else {
		transposeDouble(rows, dst, width)
	}
	for _, r := range rows {
		ADDQ(U8(32), r)
	}
	DECQ(trips)
	JNZ(LabelRef("loop"))
	Label("tail")
	ANDQ(U8(lanes-1), k)
	JZ(LabelRef("done"))
	Label("tailloop")
	for i, r := range rows {
		if p.bytes == 4 {
			VMOVSS(Mem{Base: r}, reg.X0)
			VMOVSS(reg.X0, Mem{Base: dst, Disp: 4 * i})
		} else {
			VMOVSD(Mem{Base: r}, reg.X0)
			VMOVSD(reg.X0, Mem{Base: dst, Disp: 8 * i})
		}
		ADDQ(U8(p.bytes), r)
	}
	ADDQ(width, dst)
	DECQ(k)
	JNZ(LabelRef("tailloop"))
	Label("done")
	VZEROUPPER()
	RET()
}

// transposeSingle moves 4 rows of 8 float32: two unpack levels make 4×4 blocks
// in each 128-bit half.
func transposeSingle(rows []reg.Register, dst, width reg.Register) {
	y := ymm.file
	for i, r := range rows {
		VMOVUPS(Mem{Base: r}, y[i])
	}
	VUNPCKLPS(y[1], y[0], y[4]) // a0 b0 a1 b1
	VUNPCKHPS(y[1], y[0], y[5]) // a2 b2 a3 b3
	VUNPCKLPS(y[3], y[2], y[6]) // c0 d0 c1 d1
	VUNPCKHPS(y[3], y[2], y[7]) // c2 d2 c3 d3
	VUNPCKLPD(y[6], y[4], y[8])
	VUNPCKHPD(y[6], y[4], y[9])
	VUNPCKLPD(y[7], y[5], y[10])
	VUNPCKHPD(y[7], y[5], y[11])
	low := []reg.VecPhysical{reg.X8, reg.X9, reg.X10, reg.X11}
	for i := range 4 {
		VMOVUPS(low[i], Mem{Base: dst})
		ADDQ(width, dst)
	}
	for i := range 4 {
		VEXTRACTF128(U8(1), y[8+i], Mem{Base: dst})
		ADDQ(width, dst)
	}
}

// transposeDouble moves 4 rows of 4 float64.
func transposeDouble(rows []reg.Register, dst, width reg.Register) {
	y := ymm.file
	for i, r := range rows {
		VMOVUPD(Mem{Base: r}, y[i])
	}
	VUNPCKLPD(y[1], y[0], y[4]) // a0 b0 a2 b2
	VUNPCKHPD(y[1], y[0], y[5]) // a1 b1 a3 b3
	VUNPCKLPD(y[3], y[2], y[6])
	VUNPCKHPD(y[3], y[2], y[7])
	VPERM2F128(U8(0x20), y[6], y[4], y[8])
	VPERM2F128(U8(0x20), y[7], y[5], y[9])
	VPERM2F128(U8(0x31), y[6], y[4], y[10])
	VPERM2F128(U8(0x31), y[7], y[5], y[11])
	for i := range 4 {
		VMOVUPD(y[8+i], Mem{Base: dst})
		ADDQ(width, dst)
	}
}
