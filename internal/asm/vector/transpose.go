package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/gokfac/gokfac/internal/asm/simd"
)

// emitTranspose writes a file of its own: AVX-512 has nothing better.
func emitTranspose() {
	ConstraintExpr("!noasm")
	emitTransposeSingle()
	emitTransposeDouble()
	Generate()
}

// tileOrder is the order of the square tiles that the kernels transpose.
const tileOrder = 8

const transposeSignature = "(dst, src []T, stride, tiles int)"

var transposeDoc = []string{
	"is", "",
	"\tfor j := range 8 * tiles {",
	"\t\tfor i := range 8 {",
	"\t\t\tdst[i*stride+j] = src[j*stride+i]",
	"\t\t}",
	"\t}",
	"", "\ttiles is at least 1.",
}

// rows are the addresses of 8 rows of a matrix.
type rows struct{ base, middle, stride, triple reg.Register }

func newRows(base, stride, triple reg.Register) rows {
	r := rows{base, GP64(), stride, triple}
	LEAQ(Mem{Base: base, Index: stride, Scale: 4}, r.middle)
	return r
}

func (r rows) row(i, offset int) Mem {
	m := Mem{Base: r.base, Disp: offset}
	if i >= 4 {
		m.Base = r.middle
	}
	switch i % 4 {
	case 1, 2:
		m.Index, m.Scale = r.stride, uint8(i%4)
	case 3:
		m.Index, m.Scale = r.triple, 1
	}
	return m
}

// eachTile goes down 8 columns of src and along 8 rows of dst.
func eachTile(e simd.Element, body func(dst, src rows)) {
	name := e.Letter + "transpose8"
	TEXT(name, NOSPLIT, "func"+strings.ReplaceAll(transposeSignature, "T", e.Go))
	Doc(append([]string{name + " " + transposeDoc[0]}, transposeDoc[1:]...)...)
	Pragma("noescape")
	stride, triple := Load(Param("stride"), GP64()), GP64()
	IMUL3Q(I32(e.Bytes), stride, stride)
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, triple)
	dst := newRows(Load(Param("dst").Base(), GP64()), stride, triple)
	src := newRows(Load(Param("src").Base(), GP64()), stride, triple)
	tiles := Load(Param("tiles"), GP64())
	Label("tile")
	body(dst, src)
	ADDQ(I32(tileOrder*e.Bytes), dst.base)
	ADDQ(I32(tileOrder*e.Bytes), dst.middle)
	LEAQ(Mem{Base: src.base, Index: stride, Scale: 8}, src.base)
	LEAQ(Mem{Base: src.middle, Index: stride, Scale: 8}, src.middle)
	DECQ(tiles)
	JNZ(LabelRef("tile"))
	VZEROUPPER()
	RET()
}

// emitTransposeSingle exchanges pairs of elements, pairs of pairs and halves of
// registers.
func emitTransposeSingle() {
	eachTile(simd.Single, func(dst, src rows) {
		var a, b [8]reg.VecVirtual
		for i := range a {
			a[i], b[i] = YMM(), YMM()
		}
		// Rows i and i+4 share a register: the halves are exchanged on loading.
		for i := range 4 {
			VMOVUPS(src.row(i, 0), a[i].AsX())
			VINSERTF128(U8(1), src.row(i+4, 0), a[i], a[i])
			VMOVUPS(src.row(i, 16), a[i+4].AsX())
			VINSERTF128(U8(1), src.row(i+4, 16), a[i+4], a[i+4])
		}
		for _, h := range []int{0, 4} {
			VUNPCKLPS(a[h+1], a[h], b[h])
			VUNPCKHPS(a[h+1], a[h], b[h+1])
			VUNPCKLPS(a[h+3], a[h+2], b[h+2])
			VUNPCKHPS(a[h+3], a[h+2], b[h+3])
			VUNPCKLPD(b[h+2], b[h], a[h])
			VUNPCKHPD(b[h+2], b[h], a[h+1])
			VUNPCKLPD(b[h+3], b[h+1], a[h+2])
			VUNPCKHPD(b[h+3], b[h+1], a[h+3])
			for i := range 4 {
				VMOVUPS(a[h+i], dst.row(h+i, 0))
			}
		}
	})
}

// emitTransposeDouble moves four quarters of 4×4 elements.
func emitTransposeDouble() {
	eachTile(simd.Double, func(dst, src rows) {
		var a, b [4]reg.VecVirtual
		for i := range a {
			a[i], b[i] = YMM(), YMM()
		}
		for _, down := range []int{0, 4} {
			for _, along := range []int{0, 4} {
				// a[0], a[1]: rows 0|2 and 1|3 of the first two columns; a[2], a[3]: of the others.
				for i := range 2 {
					VMOVUPD(src.row(down+i, 8*along), a[i].AsX())
					VINSERTF128(U8(1), src.row(down+i+2, 8*along), a[i], a[i])
					VMOVUPD(src.row(down+i, 8*along+16), a[i+2].AsX())
					VINSERTF128(U8(1), src.row(down+i+2, 8*along+16), a[i+2], a[i+2])
				}
				for h := 0; h < 4; h += 2 {
					VUNPCKLPD(a[h+1], a[h], b[h])
					VUNPCKHPD(a[h+1], a[h], b[h+1])
					VMOVUPD(b[h], dst.row(along+h, 8*down))
					VMOVUPD(b[h+1], dst.row(along+h+1, 8*down))
				}
			}
		}
	})
}
