package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// outerWidths are the row widths in bytes that the kernel of outer products has loops for. Rows of the first width may be
// repeated side by side.
var outerWidths = []int{128, 64, 32, 16, 8, 4}

// outer is the kernel of outer products under construction.
type outer struct {
	precision     precision
	vector        vector
	m, a, strideA reg.Register
	b, width      reg.Register
	c, strideC    reg.Register
	element       reg.VecPhysical // of a, in all lanes
	alpha, beta   reg.VecPhysical
	row           []reg.VecPhysical // of b, where all rows of C read the same few elements
	spare         reg.VecPhysical
}

// emitOuter writes the kernel of a product with k = 1. A tile does one multiplication for each element that it writes
// then, and takes longer to enter and to leave than to compute.
func emitOuter(p precision, v vector) {
	name := p.letter + "outer" + v.isa
	TEXT(name, NOSPLIT, fmt.Sprintf(
		"func(m int, a *%[1]s, as int, b *%[1]s, width int, c *%[1]s, cs int, alpha, beta %[1]s)", p.goType))
	Doc(outerDoc(name, p)...)
	Pragma("noescape")
	f := &outer{precision: p, vector: v}
	f.m = Load(Param("m"), GP64())
	f.a = Load(Param("a"), GP64())
	f.strideA = Load(Param("as"), GP64())
	f.b = Load(Param("b"), GP64())
	f.width = Load(Param("width"), GP64())
	f.c = Load(Param("c"), GP64())
	f.strideC = Load(Param("cs"), GP64())
	SHLQ(U8(p.shift), f.strideA)
	SHLQ(U8(p.shift), f.strideC)
	f.row = v.file[4:8]
	f.element, f.alpha, f.beta, f.spare = v.file[8], v.file[9], v.file[10], v.file[11]
	p.broadcast(argument("alpha"), f.alpha)
	p.broadcast(argument("beta"), f.beta)
	p.overwriteIfZero()
	f.loops("add", true)
	Label("overwrite")
	f.loops("overwrite", false)
}

// loops writes a loop over the rows of C for every width.
func (f *outer) loops(label string, add bool) {
	widths := outerWidths
	for widths[len(widths)-1] < f.precision.bytes {
		widths = widths[:len(widths)-1]
	}
	for _, w := range widths[1:] {
		CMPQ(f.width, U8(w))
		JEQ(LabelRef(fmt.Sprintf("%s%d", label, w)))
	}
	f.wide(label, add)
	for _, w := range widths[1:] {
		f.narrow(fmt.Sprintf("%s%d", label, w), w, add)
	}
}

// wide is for rows of a multiple of 128 bytes, one after the other.
func (f *outer) wide(label string, add bool) {
	from, to, left := GP64(), GP64(), GP64()
	Label(label + "row")
	f.precision.broadcast(Mem{Base: f.a}, f.element)
	MOVQ(f.b, from)
	MOVQ(f.c, to)
	MOVQ(f.width, left)
	Label(label + "strip")
	for at := 0; at < outerWidths[0]; at += f.vector.bytes {
		f.product(f.vector.bytes, Mem{Base: from, Disp: at}, Mem{Base: to, Disp: at}, f.vector.file[at/f.vector.bytes], add)
	}
	ADDQ(I32(outerWidths[0]), from)
	ADDQ(I32(outerWidths[0]), to)
	SUBQ(I32(outerWidths[0]), left)
	JNZ(LabelRef(label + "strip"))
	f.nextRow(label + "row")
}

// narrow is for rows of so few bytes that those of b stay in registers.
func (f *outer) narrow(label string, width int, add bool) {
	Label(label)
	size := min(width, f.vector.bytes)
	for at := 0; at < width; at += size {
		f.move(size, Mem{Base: f.b, Disp: at}, f.row[at/size])
	}
	Label(label + "row")
	f.precision.broadcast(Mem{Base: f.a}, f.element)
	for at := 0; at < width; at += size {
		f.product(size, f.row[at/size], Mem{Base: f.c, Disp: at}, f.vector.file[at/size], add)
	}
	f.nextRow(label + "row")
}

// product writes so many bytes of a row of C. The product is added to zero as a tile adds it, which turns −0 to 0: the
// bits are a tile's.
func (f *outer) product(bytes int, b Op, c Mem, sum reg.VecPhysical, add bool) {
	f.vector.zero(sum)
	f.precision.fmaNarrow(bytes, b, f.element, sum)
	f.precision.scale(f.alpha, sum)
	if add {
		f.move(bytes, c, f.spare)
		f.precision.fmaNarrow(bytes, f.spare, f.beta, sum)
	}
	f.move(bytes, sum, c)
}

// move moves so many bytes, which may be two float32.
func (f *outer) move(bytes int, from, to Op) {
	if bytes == 8 {
		VMOVSD(narrow(bytes, from), narrow(bytes, to))
		return
	}
	f.precision.moveNarrow(bytes, from, to)
}

func (f *outer) nextRow(label string) {
	ADDQ(f.strideA, f.a)
	ADDQ(f.strideC, f.c)
	DECQ(f.m)
	JNZ(LabelRef(label))
	VZEROUPPER()
	RET()
}

// outerDoc is the documentation of the kernel of outer products.
func outerDoc(name string, p precision) []string {
	return []string{name + " computes rows of a product with k = 1:",
		"",
		"\tfor i := range m {",
		fmt.Sprintf("\t\tfor j := range width / %d {", p.bytes),
		"\t\t\tc[i*cs+j] = alpha*fma(a[i*as], b[j], 0) + beta*c[i*cs+j] // c is not read when beta is 0",
		"\t\t}",
		"\t}",
		"",
		fmt.Sprintf("m is at least 1; width is in bytes, a multiple of 128 or a smaller power of 2, at least %d.", p.bytes),
	}
}
