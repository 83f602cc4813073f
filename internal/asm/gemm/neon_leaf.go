package main

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/asm/arm64"
)

// neonLeaf is a triangular kernel under construction: 8 rows of a strip in
// registers, two registers each while two are left. The factors that add one row
// to another stay in registers as far as there are some: all of a triangle of float32,
// most of float64.
type neonLeaf struct {
	element
	*arm64.Func
	solve bool
	rows  []arm64.Register // addresses
	m     arm64.Register   // address of the triangle
	held  [leafOrder][leafOrder]arm64.Register
	// streamed is the block of columns whose factors are loaded for every strip, or -1.
	streamed int
	passing  []arm64.Register // for those factors
}

func emitNeonLeaf(file *arm64.File, e element, solve bool) {
	name := e.letter + leafName(solve) + "neon"
	f := &neonLeaf{element: e, solve: solve, streamed: -1}
	f.Func = file.Func(name, fmt.Sprintf("func(strips int, b *%[1]s, stride int, m *[64]%[1]s)", e.goType))
	f.Doc(leafDoc(name, neonUnit, solve)...)
	strips, b, stride := arm64.R(0), arm64.R(1), arm64.R(2)
	f.m = arm64.R(3)
	f.Arg("strips", strips)
	f.Arg("b", b)
	f.Arg("stride", stride)
	f.Arg("m", f.m)
	f.ShiftLeft(stride, stride, int(e.shift))
	f.rows = []arm64.Register{b}
	for i := 1; i < leafOrder; i++ {
		f.rows = append(f.rows, arm64.R(3+i))
		f.Add(f.rows[i], f.rows[i-1], stride)
	}
	f.hold()
	if e.bytes == 8 { // two registers are one strip
		f.Label("strip")
		f.strip(2)
		f.SubConst(strips, strips, 1)
		f.JumpIfNotZero(strips, "strip")
		f.Return()
		return
	}
	f.SubsConst(strips, strips, 2)
	f.JumpIf("LT", "last")
	f.Label("strips")
	f.strip(2)
	f.SubsConst(strips, strips, 2)
	f.JumpIf("GE", "strips")
	f.Label("last")
	f.JumpIfNotBit(strips, 0, "done")
	f.strip(1)
	f.Label("done")
	f.Return()
}

// neonUnit is the number of columns of the narrowest tile.
const neonUnit = 4

// rowsOf are the first and the last row with factors in a column: from the
// diagonal down to solve, down to it to multiply.
func (f *neonLeaf) rowsOf(column int) (first, last int) {
	if f.solve {
		return column, leafOrder - 1
	}
	return 0, column
}

// block is the first and the last row that a block of as many columns as a register
// has elements needs.
func (f *neonLeaf) block(column int) (first, last int) {
	if f.solve {
		return f.rowsOf(column)
	}
	return f.rowsOf(column + f.lanes() - 1)
}

// factor loads the factors of a row in a block of columns.
func (f *neonLeaf) factor(to arm64.Register, row, column int) {
	f.Load(arm64.Q, to, arm64.At(f.m, (leafOrder*row+column)*f.bytes))
}

// hold loads the factors that stay. The block with the most rows is the one for
// which there may be no room.
func (f *neonLeaf) hold() {
	longest := 0
	if !f.solve {
		longest = leafOrder - f.lanes()
	}
	next := 2 * leafOrder
	for column := 0; column < leafOrder; column += f.lanes() {
		if f.bytes == 8 && column == longest {
			f.streamed = column
			continue
		}
		first, last := f.block(column)
		for row := first; row <= last; row++ {
			f.held[row][column] = arm64.V(next)
			f.factor(f.held[row][column], row, column)
			next++
		}
	}
	for ; next < 32; next++ {
		f.passing = append(f.passing, arm64.V(next))
	}
}

// strip combines 8 rows of one or two registers, and moves on.
func (f *neonLeaf) strip(vectors int) {
	for i := range f.rows {
		if vectors == 2 {
			f.LoadPair(arm64.Q, f.row(i, 0), f.row(i, 1), arm64.At(f.rows[i], 0))
		} else {
			f.Load(arm64.Q, f.row(i, 0), arm64.At(f.rows[i], 0))
		}
	}
	for column := 0; column < leafOrder; column += f.lanes() {
		if column == f.streamed {
			f.stream(column, vectors)
			continue
		}
		for j := column; j < column+f.lanes(); j++ {
			first, last := f.rowsOf(j)
			f.column(vectors, j, first, last, func(row int) arm64.Register { return f.held[row][column] })
		}
	}
	for i := range f.rows {
		if vectors == 2 {
			f.StorePair(arm64.Q, f.row(i, 0), f.row(i, 1), arm64.Post(f.rows[i], 2*neonBytes))
		} else {
			f.Store(arm64.Q, f.row(i, 0), arm64.Post(f.rows[i], neonBytes))
		}
	}
}

// row is a register of a row.
func (f *neonLeaf) row(i, v int) arm64.Register { return arm64.V(2*i + v) }

// column adds row j to the rows from first to last, and multiplies it by its own
// factor: before that to solve, afterwards to multiply.
func (f *neonLeaf) column(vectors, j, first, last int, factor func(row int) arm64.Register) {
	combine := func(name string, to int) {
		for v := range vectors {
			f.OpLane(name, f.whole, f.row(to, v), f.row(j, v), factor(to), j%f.lanes())
		}
	}
	if f.solve {
		combine("FMUL", j)
	}
	for i := first; i <= last; i++ {
		if i != j {
			combine("FMLA", i)
		}
	}
	if !f.solve {
		combine("FMUL", j)
	}
}

// stream combines by a block of columns whose factors are loaded row by row: first
// the rows of the block itself to solve, or else the others.
func (f *neonLeaf) stream(column, vectors int) {
	end := column + f.lanes()
	inside := func() {
		triangle := f.passing[:f.lanes()]
		for x, r := range triangle {
			f.factor(r, column+x, column)
		}
		for j := column; j < end; j++ {
			first, last := j, end-1
			if !f.solve {
				first, last = column, j
			}
			f.column(vectors, j, first, last, func(row int) arm64.Register { return triangle[row-column] })
		}
	}
	if f.solve {
		inside()
	}
	first, last := f.block(column)
	for i := first; i <= last; i++ {
		if i >= column && i < end {
			continue
		}
		r := f.passing[i%len(f.passing)]
		f.factor(r, i, column)
		for j := column; j < end; j++ {
			for v := range vectors {
				f.OpLane("FMLA", f.whole, f.row(i, v), f.row(j, v), r, j%f.lanes())
			}
		}
	}
	if !f.solve {
		inside()
	}
}
