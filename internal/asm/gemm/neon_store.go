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
	f.storeWidths("overwrite", cols, nil)
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

// storeWidths stores cols columns. With add, which adds β·C to a piece of a row, C is
// read first; whole vectors of it are read in pairs, as they are stored.
func (f *neonFrame) storeWidths(label string, cols arm64.Register, add func(arm64.Arrangement, arm64.Register, arm64.Address)) {
	factor, c := f.b[0], ring(f.spare)
	for whole := f.vectors(); whole >= 0; whole-- {
		this := fmt.Sprintf("%s%d", label, whole*f.lanes())
		f.Label(this)
		if whole > 0 {
			f.CompareConst(cols, whole*f.lanes())
			f.JumpIf("LT", fmt.Sprintf("%s%d", label, (whole-1)*f.lanes()))
		}
		for i, row := range f.acc {
			for j := 0; j < whole; j += 2 {
				piece := row[j:min(j+2, whole)]
				if add != nil {
					read := c[:len(piece)]
					f.loadVectorsAt(read, f.pc, j*neonBytes)
					for v, acc := range piece {
						f.addProduct(arm64.Q, acc, read[v], factor)
					}
					c = append(c[len(piece):], read...)
				}
				f.storeVectors(piece, f.pc, j*neonBytes)
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

// storeVectors writes one register, or two side by side.
func (f *neonFrame) storeVectors(from []arm64.Register, to arm64.Register, offset int) {
	if len(from) == 1 {
		f.Store(arm64.Q, from[0], arm64.At(to, offset))
		return
	}
	f.StorePair(arm64.Q, from[0], from[1], arm64.At(to, offset))
}

// storePart stores the elements of a vector that cols has beyond whole ones.
func (f *neonFrame) storePart(label string, cols, acc arm64.Register, offset int, add func(arm64.Arrangement, arm64.Register, arm64.Address)) {
	at := f.free
	f.AddConst(at, f.pc, offset)
	if f.bytes == 4 {
		f.JumpIfNotBit(cols, 1, label+"one")
		upper := f.spare[1] // add clears it in acc
		f.Extract(upper, acc, acc, 8)
		if add != nil {
			add(arm64.D, acc, arm64.At(at, 0))
		}
		f.Store(arm64.D, acc, arm64.Post(at, 8))
		f.Copy(acc, upper)
		f.Label(label + "one")
	}
	f.JumpIfNotBit(cols, 0, label+"end")
	if add != nil {
		add(f.one, acc, arm64.At(at, 0))
	}
	f.Store(f.one, acc, arm64.At(at, 0))
	f.Label(label + "end")
}
