package main

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/asm/arm64"
)

// finish scales by α unless it is 1, adds β·C and stores. C may be cut after any column, so for
// every number of whole vectors there is a copy of the rows, with and without
// reading C.
func (f *neonFrame) finish() {
	f.Arg("c", f.pc)
	f.Arg("cs", f.strideC)
	f.Arg("rows", f.left)
	f.ShiftLeft(f.strideC, f.strideC, int(f.shift))
	factor, c, cols := f.b[0], f.spare[0], f.trips
	f.Arg("alpha", factor)
	f.GetLane(f.one, f.free, factor, 0)
	f.Const(cols, f.bitsOfOne)
	f.Compare(f.free, cols)
	f.JumpIf("EQ", "scaled")
	for _, row := range f.acc {
		for _, acc := range row {
			f.OpLane("FMUL", f.whole, acc, acc, factor, 0)
		}
	}
	f.Label("scaled")
	f.Arg("cols", cols)
	f.Arg("beta", factor)
	f.GetLane(f.one, f.free, factor, 0)
	f.Comment("±0 is the only β whose bits vanish when doubled.")
	f.ShiftLeft(f.free, f.free, 1+64-8*f.bytes)
	f.JumpIfZero(f.free, "overwrite")
	f.storeWidths("add", cols, func(a arm64.Arrangement, acc arm64.Register, at arm64.Address) {
		f.Load(a, c, at)
		f.addProduct(a, acc, c, factor)
	})
	f.Label("overwrite")
	f.storeWidths("overwrite", cols, func(arm64.Arrangement, arm64.Register, arm64.Address) {})
}

// addProduct adds x·factor[0] to sum, in as many elements as are moved as a.
func (f *neonFrame) addProduct(a arm64.Arrangement, sum, x, factor arm64.Register) {
	switch {
	case a == arm64.Q:
		a = f.whole
	case a == arm64.D && f.bytes == 4:
		a = arm64.S2
	}
	f.OpLane("FMLA", a, sum, x, factor, 0)
}

// storeWidths stores cols columns, each piece after add.
func (f *neonFrame) storeWidths(label string, cols arm64.Register, add func(arm64.Arrangement, arm64.Register, arm64.Address)) {
	for whole := f.vectors(); whole >= 0; whole-- {
		this := fmt.Sprintf("%s%d", label, whole*f.lanes())
		f.Label(this)
		if whole > 0 {
			f.CompareConst(cols, whole*f.lanes())
			f.JumpIf("LT", fmt.Sprintf("%s%d", label, (whole-1)*f.lanes()))
		}
		for i, row := range f.acc {
			for j, acc := range row[:whole] {
				at := arm64.At(f.pc, j*neonBytes)
				add(arm64.Q, acc, at)
				f.Store(arm64.Q, acc, at)
			}
			if whole < f.vectors() {
				f.storePart(fmt.Sprintf("%srow%d", this, i), cols, row[whole], whole*neonBytes, add)
			}
			if i+1 < f.height {
				f.SubsConst(f.left, f.left, 1)
				f.JumpIf("EQ", "return")
				f.Add(f.pc, f.pc, f.strideC)
			}
		}
		if label == "add" && whole == f.vectors() {
			f.Label("return")
			f.Return()
			continue
		}
		f.Jump("return")
	}
}

// storePart stores the elements of a vector that cols has beyond whole ones.
func (f *neonFrame) storePart(label string, cols, acc arm64.Register, offset int, add func(arm64.Arrangement, arm64.Register, arm64.Address)) {
	at := f.free
	f.AddConst(at, f.pc, offset)
	if f.bytes == 4 {
		f.JumpIfNotBit(cols, 1, label+"one")
		upper := f.spare[1] // add clears it in acc
		f.Extract(upper, acc, acc, 8)
		add(arm64.D, acc, arm64.At(at, 0))
		f.Store(arm64.D, acc, arm64.Post(at, 8))
		f.Copy(acc, upper)
		f.Label(label + "one")
	}
	f.JumpIfNotBit(cols, 0, label+"end")
	add(f.one, acc, arm64.At(at, 0))
	f.Store(f.one, acc, arm64.At(at, 0))
	f.Label(label + "end")
}
