package main

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/asm/arm64"
)

// emitNeonLeaf writes a triangular kernel: 8 rows of a strip in registers, two
// registers each while two are left. The triangle is read a register at a time
// and used lane by lane, a few of its columns after the other.
func emitNeonLeaf(file *arm64.File, e element, solve bool) {
	name := e.letter + leafName(solve) + "neon"
	f := file.Func(name, fmt.Sprintf("func(strips int, b *%[1]s, stride int, m *[64]%[1]s)", e.goType))
	f.Doc(leafDoc(name, neonUnit, solve)...)
	strips, b, stride, m := arm64.R(0), arm64.R(1), arm64.R(2), arm64.R(3)
	f.Arg("strips", strips)
	f.Arg("b", b)
	f.Arg("stride", stride)
	f.Arg("m", m)
	f.ShiftLeft(stride, stride, int(e.shift))
	rows := []arm64.Register{b}
	for i := 1; i < leafOrder; i++ {
		rows = append(rows, arm64.R(3+i))
		f.Add(rows[i], rows[i-1], stride)
	}
	if e.bytes == 8 { // two registers are one strip
		f.Label("strip")
		emitNeonStrip(f, e, solve, rows, m, 2)
		f.SubConst(strips, strips, 1)
		f.JumpIfNotZero(strips, "strip")
		f.Return()
		return
	}
	f.SubsConst(strips, strips, 2)
	f.JumpIf("LT", "last")
	f.Label("strips")
	emitNeonStrip(f, e, solve, rows, m, 2)
	f.SubsConst(strips, strips, 2)
	f.JumpIf("GE", "strips")
	f.Label("last")
	f.JumpIfNotBit(strips, 0, "done")
	emitNeonStrip(f, e, solve, rows, m, 1)
	f.Label("done")
	f.Return()
}

// neonUnit is the number of columns of the narrowest tile.
const neonUnit = 4

// emitNeonStrip combines 8 rows of one or two registers, and moves on.
func emitNeonStrip(f *arm64.Func, e element, solve bool, rows []arm64.Register, m arm64.Register, vectors int) {
	r := func(i, v int) arm64.Register { return arm64.V(2*i + v) }
	factors := func(i int) arm64.Register { return arm64.V(16 + i) }
	for i := range rows {
		if vectors == 2 {
			f.LoadPair(arm64.Q, r(i, 0), r(i, 1), arm64.At(rows[i], 0))
		} else {
			f.Load(arm64.Q, r(i, 0), arm64.At(rows[i], 0))
		}
	}
	combine := func(name string, to, from, i, lane int) {
		for v := range vectors {
			f.OpLane(name, e.whole, r(to, v), r(from, v), factors(i), lane)
		}
	}
	for j := range leafOrder {
		lane := j % e.lanes()
		// Column j has the rows from the diagonal down to solve, up to it to multiply.
		first, last := j, leafOrder-1
		if !solve {
			first, last = 0, j
		}
		if lane == 0 {
			from, to := j, leafOrder-1
			if !solve {
				from, to = 0, j+e.lanes()-1
			}
			for i := from; i <= to; i++ {
				f.Load(arm64.Q, factors(i), arm64.At(m, (leafOrder*i+j)*e.bytes))
			}
		}
		if solve {
			combine("FMUL", j, j, j, lane)
		}
		for i := first; i <= last; i++ {
			if i != j {
				combine("FMLA", i, j, i, lane)
			}
		}
		if !solve {
			combine("FMUL", j, j, j, lane)
		}
	}
	for i := range rows {
		if vectors == 2 {
			f.StorePair(arm64.Q, r(i, 0), r(i, 1), arm64.Post(rows[i], 2*neonBytes))
		} else {
			f.Store(arm64.Q, r(i, 0), arm64.Post(rows[i], neonBytes))
		}
	}
}
