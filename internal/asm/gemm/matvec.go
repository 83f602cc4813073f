package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// matvecRows is the number of rows of the matrix that the matrix-vector kernels
// read side by side.
const matvecRows = 8

// What the matrix-vector kernels add up, and how.
const (
	rowsSum   = "alpha*x[l] * m[l*stride+j]"
	rowsOrder = "each element in the order of l."
	dotsSum   = "alpha*x[l] * m[j*stride+l]"
	dotsOrder = "each element in an order that k alone decides."
)

// matvec holds the arguments of a matrix-vector kernel.
type matvec struct {
	precision precision
	vector    vector
	k, n      reg.Register
	x, y      reg.Register
	m, stride reg.Register // of the matrix, in bytes
	alpha     reg.VecPhysical
	rows      []reg.Register // of every third row in hand
}

func newMatvec(p precision, v vector, name, sum string, order ...string) *matvec {
	TEXT(p.letter+name+v.isa, NOSPLIT, fmt.Sprintf(
		"func(k int, x *%[1]s, m *%[1]s, stride, n int, y *%[1]s, alpha %[1]s)", p.goType))
	Doc(matvecDoc(p.letter+name+v.isa, sum, order...)...)
	Pragma("noescape")
	f := &matvec{precision: p, vector: v, alpha: v.file[15]}
	f.k = Load(Param("k"), GP64())
	f.x = Load(Param("x"), GP64())
	f.m = Load(Param("m"), GP64())
	f.stride = Load(Param("stride"), GP64())
	f.n = Load(Param("n"), GP64())
	f.y = Load(Param("y"), GP64())
	SHLQ(U8(p.shift), f.stride)
	p.broadcast(argument("alpha"), f.alpha)
	for range (matvecRows + 2) / 3 {
		f.rows = append(f.rows, GP64())
	}
	return f
}

// matvecDoc is the documentation of a matrix-vector kernel.
func matvecDoc(name, sum string, order ...string) []string {
	doc := []string{name + " adds a product of a matrix and a vector:", "",
		"\tfor j := range n {",
		"\t\tfor l := range k {",
		"\t\t\ty[j] += " + sum,
		"\t\t}",
		"\t}", ""}
	return append(doc, order...)
}

// point sets the row pointers to the first of count rows.
func (f *matvec) point(count int) {
	MOVQ(f.m, f.rows[0])
	for i := 3; i < count; i += 3 {
		LEAQ(Mem{Base: f.rows[i/3-1], Index: f.stride, Scale: 2}, f.rows[i/3])
		ADDQ(f.stride, f.rows[i/3])
	}
}

// row is where the current element of row i is, disp bytes further.
func (f *matvec) row(i, disp int) Mem {
	at := Mem{Base: f.rows[i/3], Disp: disp}
	if i%3 != 0 {
		at.Index, at.Scale = f.stride, uint8(i%3)
	}
	return at
}

// forward moves on by so many bytes along count rows.
func (f *matvec) forward(count, bytes int) {
	for i := 0; i < count; i += 3 {
		ADDQ(I32(bytes), f.rows[i/3])
	}
}

// skip moves to the next rows of the matrix.
func (f *matvec) skip(count int) {
	if count == matvecRows {
		LEAQ(Mem{Base: f.m, Index: f.stride, Scale: matvecRows}, f.m)
		return
	}
	ADDQ(f.stride, f.m)
}

// eachRows emits body for matvecRows rows at a time while they last, then for
// one; left counts them.
func eachRows(left reg.Register, body func(count int)) {
	for _, count := range []int{matvecRows, 1} {
		label := fmt.Sprintf("rows%d", count)
		Label(label)
		CMPQ(left, U8(count))
		JLT(LabelRef(label + "end"))
		body(count)
		SUBQ(U8(count), left)
		JMP(LabelRef(label))
		Label(label + "end")
	}
	VZEROUPPER()
	RET()
}

// widths are the numbers of bytes in which a row is taken: vectors while they
// last, then halves of one, at most one each, then single elements.
func widths(p precision, v vector) (list []int) {
	for bytes := v.bytes; bytes >= 16; bytes /= 2 {
		list = append(list, bytes)
	}
	return append(list, p.bytes)
}

// emitAddRows writes the kernel for a matrix whose rows are added up: y passes
// by the L1 cache once for 8 rows, and the matrix is read from front to back.
func emitAddRows(p precision, v vector) {
	f := newMatvec(p, v, "addrows", rowsSum, rowsOrder)
	factors := v.file[4 : 4+matvecRows]
	at, left := GP64(), GP64()
	eachRows(f.k, func(count int) {
		f.point(count)
		for i := range count {
			p.broadcast(Mem{Base: f.x, Disp: i * p.bytes}, factors[i])
			p.scale(f.alpha, factors[i])
		}
		MOVQ(f.y, at)
		MOVQ(f.n, left)
		for _, bytes := range append([]int{2 * v.bytes}, widths(p, v)...) {
			label := fmt.Sprintf("rows%dbytes%d", count, bytes)
			Label(label)
			CMPQ(left, U8(bytes/p.bytes))
			JLT(LabelRef(label + "end"))
			width := min(bytes, v.bytes)
			for j := 0; j < bytes; j += width {
				p.moveNarrow(width, Mem{Base: at, Disp: j}, v.file[j/width])
			}
			for i := range count {
				for j := 0; j < bytes; j += width {
					p.fmaNarrow(width, f.row(i, j), factors[i], v.file[j/width])
				}
			}
			for j := 0; j < bytes; j += width {
				p.moveNarrow(width, v.file[j/width], Mem{Base: at, Disp: j})
			}
			f.forward(count, bytes)
			ADDQ(I32(bytes), at)
			SUBQ(U8(bytes/p.bytes), left)
			if bytes > v.bytes || bytes == p.bytes {
				JMP(LabelRef(label))
			}
			Label(label + "end")
		}
		f.skip(count)
		ADDQ(U8(count*p.bytes), f.x)
	})
}

// emitAddDots writes the kernel for a matrix whose rows are multiplied with x:
// a vector of x serves 8 rows.
func emitAddDots(p precision, v vector) {
	f := newMatvec(p, v, "adddots", dotsSum, dotsOrder)
	sums, x, spare := v.file[:matvecRows], v.file[matvecRows], v.file[matvecRows+1]
	at, left := GP64(), GP64()
	eachRows(f.n, func(count int) {
		f.point(count)
		for i := range count {
			v.zero(sums[i])
		}
		MOVQ(f.x, at)
		MOVQ(f.k, left)
		for _, width := range widths(p, v) {
			label := fmt.Sprintf("rows%dbytes%d", count, width)
			Label(label)
			CMPQ(left, U8(width/p.bytes))
			JLT(LabelRef(label + "end"))
			p.moveNarrow(width, Mem{Base: at}, x)
			for i := range count {
				p.fmaNarrow(width, f.row(i, 0), x, sums[i])
			}
			f.forward(count, width)
			ADDQ(I32(width), at)
			SUBQ(U8(width/p.bytes), left)
			if width == v.bytes || width == p.bytes {
				JMP(LabelRef(label))
			}
			Label(label + "end")
			for i := range count {
				p.halve(width, sums[i], spare)
			}
		}
		for i := range count {
			y := Mem{Base: f.y, Disp: i * p.bytes}
			p.moveNarrow(p.bytes, y, spare)
			p.fmaNarrow(p.bytes, sums[i].AsX(), f.alpha, spare)
			p.moveNarrow(p.bytes, spare, y)
		}
		f.skip(count)
		ADDQ(U8(count*p.bytes), f.y)
	})
}
