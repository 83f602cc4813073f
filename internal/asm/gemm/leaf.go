package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// leafOrder is the order of the triangles that the leaf kernels handle.
const leafOrder = 8

// emitLeaf writes a triangular kernel: 8 rows in registers, each combined with
// the rows before it (substitution) or after it (product).
func emitLeaf(p precision, v vector, solve bool) {
	name := leafName(solve)
	TEXT(p.letter+name+v.isa, NOSPLIT, fmt.Sprintf(
		"func(strips int, b *%[1]s, stride int, m *[64]%[1]s)", p.goType))
	Doc(leafDoc(p.letter+name+v.isa, v.bytes/p.bytes, solve)...)
	Pragma("noescape")
	strips := Load(Param("strips"), GP64())
	b := Load(Param("b"), GP64())
	stride := Load(Param("stride"), GP64())
	m := Load(Param("m"), GP64())
	SHLQ(U8(p.shift), stride)
	// Rows 0–3 are addressed from b, rows 4–7 from b + 4·stride.
	half, three := GP64(), GP64()
	LEAQ(Mem{Base: b, Index: stride, Scale: 4}, half)
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, three)
	row := func(i int) Mem {
		base := reg.Register(b)
		if i >= 4 {
			base = half
		}
		switch i % 4 {
		case 0:
			return Mem{Base: base}
		case 3:
			return Mem{Base: base, Index: three, Scale: 1}
		}
		return Mem{Base: base, Index: stride, Scale: uint8(i % 4)}
	}
	entry := func(i, j int) Mem { return Mem{Base: m, Disp: (leafOrder*i + j) * p.bytes} }
	r, factor := v.file[:leafOrder], v.file[leafOrder:]
	next := 0
	broadcast := func(i, j int) reg.VecPhysical {
		f := factor[next%(16-leafOrder)]
		next++
		p.broadcast(entry(i, j), f)
		return f
	}
	Label("strip")
	for i := range leafOrder {
		p.move(row(i), r[i])
	}
	if solve {
		// As soon as a row is known, it leaves all later ones: their sums run
		// side by side instead of one after the other.
		for j := range leafOrder {
			p.scale(broadcast(j, j), r[j])
			p.move(r[j], row(j))
			for i := j + 1; i < leafOrder; i++ {
				p.fma(broadcast(i, j), r[j], r[i])
			}
		}
	} else {
		for j := range leafOrder {
			for i := range j {
				p.fma(broadcast(i, j), r[j], r[i])
			}
			p.scale(broadcast(j, j), r[j])
		}
		for i := range leafOrder {
			p.move(r[i], row(i))
		}
	}
	ADDQ(U8(v.bytes), b)
	ADDQ(U8(v.bytes), half)
	DECQ(strips)
	JNZ(LabelRef("strip"))
	VZEROUPPER()
	RET()
}

func leafName(solve bool) string {
	if solve {
		return "solve8"
	}
	return "multiply8"
}

// leafDoc is the documentation of a triangular kernel for strips of lanes columns.
func leafDoc(name string, lanes int, solve bool) []string {
	bounds, before, start, end := "i+1; j < 8", "after", "sum := m[8*i+i] * b[i*stride+x]", "b[i*stride+x] = sum"
	if solve {
		bounds, before, start, end = "0; j < i", "before", "sum := b[i*stride+x]", "b[i*stride+x] = m[8*i+i] * sum"
	}
	return []string{
		fmt.Sprintf("%s combines each of 8 rows with the rows %s it, in place:", name, before),
		"",
		fmt.Sprintf("\tfor x := range strips*%d {", lanes),
		"\t\tfor i := range 8 {",
		"\t\t\t" + start,
		fmt.Sprintf("\t\t\tfor j := %s; j++ {", bounds),
		"\t\t\t\tsum += m[8*i+j] * b[j*stride+x]",
		"\t\t\t}",
		"\t\t\t" + end,
		"\t\t}",
		"\t}",
		"",
		"stride may be negative; strips is at least 1.",
	}
}
