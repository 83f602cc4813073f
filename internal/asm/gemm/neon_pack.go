package main

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/asm/arm64"
)

// emitNeonCopy writes the kernel that packs rows of a panel that lie contiguous
// in memory.
func emitNeonCopy(file *arm64.File) {
	f := file.Func("copyRows", copyType)
	f.Doc(copyDoc...)
	k, dst, dstStride, src, srcStride, width := arm64.R(0), arm64.R(1), arm64.R(2), arm64.R(3), arm64.R(4), arm64.R(5)
	f.Arg("k", k)
	f.Arg("dst", dst)
	f.Arg("dstStride", dstStride)
	f.Arg("src", src)
	f.Arg("srcStride", srcStride)
	f.Arg("width", width)
	for _, w := range copyWidths[1:] {
		f.CompareConst(width, w)
		f.JumpIf("EQ", fmt.Sprintf("loop%d", w))
	}
	for _, w := range copyWidths {
		label := fmt.Sprintf("loop%d", w)
		f.Label(label)
		f.SubConst(k, k, 1)
		copyNeonRow(f, w, src, dst)
		f.Add(src, src, srcStride)
		f.Add(dst, dst, dstStride)
		f.JumpIfNotZero(k, label)
		f.Return()
	}
}

func copyNeonRow(f *arm64.Func, w int, src, dst arm64.Register) {
	switch w {
	case 4:
		f.Load(arm64.S, arm64.V(0), arm64.At(src, 0))
		f.Store(arm64.S, arm64.V(0), arm64.At(dst, 0))
		return
	case 8:
		f.Load(arm64.D, arm64.V(0), arm64.At(src, 0))
		f.Store(arm64.D, arm64.V(0), arm64.At(dst, 0))
		return
	}
	move := func(one func(arm64.Arrangement, arm64.Register, arm64.Address), two func(arm64.Arrangement, arm64.Register, arm64.Register, arm64.Address), base arm64.Register) {
		for at := 0; at < w; at += 2 * neonBytes {
			r := at / neonBytes
			if at+neonBytes == w {
				one(arm64.Q, arm64.V(r), arm64.At(base, at))
			} else {
				two(arm64.Q, arm64.V(r), arm64.V(r+1), arm64.At(base, at))
			}
		}
	}
	move(f.Load, f.LoadPair, src)
	move(f.Store, f.StorePair, dst)
}

// emitNeonTranspose writes the kernel that packs four rows of a matrix as four
// columns of a panel.
func emitNeonTranspose(file *arm64.File, e element) {
	f := file.Func(e.letter+"transpose4", transposeType(e.precision))
	f.Doc(transposeDoc(e.precision)...)
	k, dst, width := arm64.R(0), arm64.R(1), arm64.R(2)
	rows := []arm64.Register{arm64.R(3), arm64.R(4), arm64.R(5), arm64.R(6)}
	f.Arg("k", k)
	f.Arg("dst", dst)
	f.Arg("width", width)
	for i, name := range []string{"a", "b", "c", "d"} {
		f.Arg(name, rows[i])
	}
	f.ShiftLeft(width, width, int(e.shift))
	f.SubsConst(k, k, e.lanes())
	f.JumpIf("LT", "tail")
	f.Label("loop")
	a, b, c, d := arm64.V(0), arm64.V(1), arm64.V(2), arm64.V(3)
	for i, r := range []arm64.Register{a, b, c, d} {
		f.Load(arm64.Q, r, arm64.Post(rows[i], neonBytes))
	}
	zip := func(order string, a arm64.Arrangement, to int, n, m arm64.Register) arm64.Register {
		f.Op("ZIP"+order, a, arm64.V(to), n, m)
		return arm64.V(to)
	}
	if e.bytes == 4 {
		// Two levels: a0 b0 a1 b1 and c0 d0 c1 d1 make a0 b0 c0 d0 and a1 b1 c1 d1.
		low, high := zip("1", arm64.S4, 4, a, b), zip("2", arm64.S4, 5, a, b)
		lowCD, highCD := zip("1", arm64.S4, 6, c, d), zip("2", arm64.S4, 7, c, d)
		for _, r := range []arm64.Register{
			zip("1", arm64.D2, 16, low, lowCD), zip("2", arm64.D2, 17, low, lowCD),
			zip("1", arm64.D2, 18, high, highCD), zip("2", arm64.D2, 19, high, highCD),
		} {
			f.Store(arm64.Q, r, arm64.At(dst, 0))
			f.Add(dst, dst, width)
		}
	} else {
		for _, order := range []string{"1", "2"} {
			f.StorePair(arm64.Q, zip(order, arm64.D2, 4, a, b), zip(order, arm64.D2, 5, c, d), arm64.At(dst, 0))
			f.Add(dst, dst, width)
		}
	}
	f.SubsConst(k, k, e.lanes())
	f.JumpIf("GE", "loop")
	f.Label("tail")
	f.AddConst(k, k, e.lanes())
	f.JumpIfZero(k, "done")
	f.Label("tailloop")
	f.SubConst(k, k, 1)
	for i, r := range rows {
		f.Load(e.one, arm64.V(i), arm64.Post(r, e.bytes))
	}
	for i := 0; i < 4; i += 2 {
		f.StorePair(e.one, arm64.V(i), arm64.V(i+1), arm64.At(dst, i*e.bytes))
	}
	f.Add(dst, dst, width)
	f.JumpIfNotZero(k, "tailloop")
	f.Label("done")
	f.Return()
}
