package main

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/asm/arm64"
)

// neonTile describes one micro-kernel, as tile does.
type neonTile struct {
	element
	height, width int
	byRow         bool
}

func (t neonTile) vectors() int { return t.width / t.lanes() }

func (t neonTile) name() string {
	suffix := "neon"
	if t.byRow {
		suffix = "rowneon"
	}
	return fmt.Sprintf("%sgemm%dx%d%s", t.letter, t.height, t.width, suffix)
}

// neonFrame is a kernel under construction. Up to 24 registers hold the tile of
// C, those behind it a row of B, the rest elements of A.
type neonFrame struct {
	neonTile
	*arm64.Func
	acc   [][]arm64.Register // [row][vector]
	b     []arm64.Register
	spare []arm64.Register

	k, pb, strideA, strideB, trips arm64.Register
	pa                             []arm64.Register // byRow: of every row
	index                          arm64.Register   // byRow: bytes from the rows' starts to the step
	pc, strideC, left, free        arm64.Register
}

func (t neonTile) emit(file *arm64.File) {
	f := t.start(file)
	f.load()
	for _, row := range f.acc {
		for _, acc := range row {
			f.Clear(acc)
		}
	}
	f.multiply()
	f.finish()
}

func (t neonTile) start(file *arm64.File) *neonFrame {
	f := &neonFrame{neonTile: t}
	f.Func = file.Func(t.name(), fmt.Sprintf(
		"func(k int, a *%[1]s, as int, b *%[1]s, bs int, c *%[1]s, cs int, alpha, beta %[1]s, rows, cols int)", t.goType))
	f.Doc(tileDoc(t.name(), t.precision, t.height, t.width, t.byRow)...)
	next := 0
	take := func() arm64.Register {
		next++
		return arm64.V(next - 1)
	}
	for range t.height {
		row := make([]arm64.Register, t.vectors())
		for j := range row {
			row[j] = take()
		}
		f.acc = append(f.acc, row)
	}
	for range t.vectors() {
		f.b = append(f.b, take())
	}
	for next < 32 {
		f.spare = append(f.spare, take())
	}
	f.k, f.strideA, f.pb, f.strideB, f.trips, f.index = arm64.R(0), arm64.R(1), arm64.R(2), arm64.R(3), arm64.R(4), arm64.R(5)
	f.pc, f.strideC, f.left, f.free = arm64.R(6), arm64.R(7), arm64.R(8), arm64.R(9)
	for i := range t.height {
		if i >= 8 {
			i++ // some systems keep R18 for themselves
		}
		f.pa = append(f.pa, arm64.R(10+i)) // up to R26
	}
	return f
}

func (f *neonFrame) load() {
	f.Arg("k", f.k)
	f.Arg("a", f.pa[0])
	f.Arg("as", f.strideA)
	f.Arg("b", f.pb)
	f.Arg("bs", f.strideB)
	f.ShiftLeft(f.strideA, f.strideA, int(f.shift))
	f.ShiftLeft(f.strideB, f.strideB, int(f.shift))
	if !f.byRow {
		return
	}
	for i := 1; i < f.height; i++ {
		f.Add(f.pa[i], f.pa[i-1], f.strideA)
	}
	f.Const(f.index, 0)
}

// multiply forms the products of all k steps in the accumulators.
func (f *neonFrame) multiply() {
	prefetchRow := f.prefetchC()
	f.ShiftRight(f.trips, f.k, 2)
	f.JumpIfZero(f.trips, "tail")
	f.Label("loop")
	f.SubsConst(f.trips, f.trips, 1)
	prefetchRow()
	for steps := 0; steps < unroll; {
		steps += f.block()
	}
	f.JumpIfNotZero(f.trips, "loop")
	f.Label("tail")
	f.AndConst(f.k, f.k, unroll-1)
	f.JumpIfZero(f.k, "done")
	f.Label("tailloop")
	f.SubConst(f.k, f.k, 1)
	f.step()
	f.JumpIfNotZero(f.k, "tailloop")
	f.Label("done")
}

// prefetchC returns a function that asks for one row of the tile of C each time
// round, as in the kernels for AVX: the first and the last of its bytes, which
// are in one or two cache lines. After the last row, it asks for that one again.
func (f *neonFrame) prefetchC() func() {
	f.Arg("c", f.pc)
	f.Arg("cs", f.strideC)
	f.ShiftLeft(f.strideC, f.strideC, int(f.shift))
	f.Const(f.left, uint64(f.height-1))
	return func() {
		f.Prefetch(1, arm64.At(f.pc, 0))
		f.Prefetch(1, arm64.At(f.pc, f.width*f.bytes-8))
		f.Add(f.pc, f.pc, f.strideC)
		f.SubsConst(f.left, f.left, 1)
		f.Choose("EQ", f.strideC, arm64.Zero, f.strideC)
	}
}

// block adds a few rank-one updates, and returns how many.
func (f *neonFrame) block() int {
	if f.byRow {
		return f.rowBlock()
	}
	f.step()
	return 1
}

// step adds one rank-one update: a column of A times a row of B.
func (f *neonFrame) step() {
	f.loadVectors(f.b, f.pb)
	f.Add(f.pb, f.pb, f.strideB)
	if f.byRow {
		for i, row := range f.acc {
			a := f.spare[i%len(f.spare)]
			f.Load(f.one, a, arm64.Index(f.pa[i], f.index, 0))
			for j, acc := range row {
				f.OpLane("FMLA", f.whole, acc, f.b[j], a, 0)
			}
		}
		f.AddConst(f.index, f.index, f.bytes)
		return
	}
	column := f.spare[:f.height/f.lanes()]
	f.loadVectors(column, f.pa[0])
	f.Add(f.pa[0], f.pa[0], f.strideA)
	for i, row := range f.acc {
		for j, acc := range row {
			f.OpLane("FMLA", f.whole, acc, f.b[j], column[i/f.lanes()], i%f.lanes())
		}
	}
}

// loadVectors reads registers that lie side by side in memory.
func (f *neonFrame) loadVectors(to []arm64.Register, from arm64.Register) {
	f.loadVectorsAt(to, from, 0)
}

// loadVectorsAt is loadVectors from some bytes further on.
func (f *neonFrame) loadVectorsAt(to []arm64.Register, from arm64.Register, offset int) {
	for ; len(to) > 1; to = to[2:] {
		f.LoadPair(arm64.Q, to[0], to[1], arm64.At(from, offset))
		offset += 2 * neonBytes
	}
	if len(to) == 1 {
		f.Load(arm64.Q, to[0], arm64.At(from, offset))
	}
}
