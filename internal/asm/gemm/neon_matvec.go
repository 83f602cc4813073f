package main

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/asm/arm64"
)

// neonMatvec holds the arguments of a matrix-vector kernel.
type neonMatvec struct {
	element
	*arm64.Func
	k, n, x, y, m, stride arm64.Register
	at, left              arm64.Register
	rows                  []arm64.Register
	alpha                 arm64.Register
}

func newNeonMatvec(file *arm64.File, e element, name, sum, order string) *neonMatvec {
	name = e.letter + name + "neon"
	f := &neonMatvec{element: e}
	f.Func = file.Func(name, fmt.Sprintf("func(k int, x *%[1]s, m *%[1]s, stride, n int, y *%[1]s, alpha %[1]s)", e.goType))
	f.Doc(matvecDoc(name, sum, order)...)
	for i, r := range []*arm64.Register{&f.k, &f.n, &f.x, &f.y, &f.m, &f.stride, &f.at, &f.left} {
		*r = arm64.R(i)
	}
	for i := range matvecRows {
		f.rows = append(f.rows, arm64.R(8+i))
	}
	f.alpha = arm64.V(31)
	f.Arg("k", f.k)
	f.Arg("x", f.x)
	f.Arg("m", f.m)
	f.Arg("stride", f.stride)
	f.Arg("n", f.n)
	f.Arg("y", f.y)
	f.Arg("alpha", f.alpha)
	f.ShiftLeft(f.stride, f.stride, int(e.shift))
	return f
}

// eachRows emits body for matvecRows rows at a time while they last, then for one; left counts them.
func (f *neonMatvec) eachRows(left arm64.Register, body func(count int)) {
	for _, count := range []int{matvecRows, 1} {
		label := fmt.Sprintf("rows%d", count)
		f.Label(label)
		f.SubsConst(left, left, count)
		f.JumpIf("LT", label+"end")
		f.Move(f.rows[0], f.m)
		for i := 1; i < count; i++ {
			f.Add(f.rows[i], f.rows[i-1], f.stride)
		}
		f.Add(f.m, f.rows[count-1], f.stride)
		body(count)
		f.Jump(label)
		f.Label(label + "end")
		if count > 1 {
			f.AddConst(left, left, count)
		}
	}
	f.Return()
}

// while emits body for width elements at a time while so many are left.
func (f *neonMatvec) while(label string, width int, body func()) {
	f.SubsConst(f.left, f.left, width)
	f.JumpIf("LT", label+"end")
	f.Label(label)
	body()
	f.SubsConst(f.left, f.left, width)
	f.JumpIf("GE", label)
	f.Label(label + "end")
	f.AddConst(f.left, f.left, width)
}

// emitNeonAddRows writes the kernel for a matrix whose rows are added up: y
// passes by the L1 cache once for 8 rows. Four registers of y hide the latency of
// their sums.
func emitNeonAddRows(file *arm64.File, e element) {
	f := newNeonMatvec(file, e, "addrows", rowsSum, rowsOrder)
	const y, m, factors = 0, 4, 20 // numbers of the first registers
	next := 0
	spare := func() arm64.Register {
		next++
		return arm64.V(m + next%(factors-m))
	}
	f.eachRows(f.k, func(count int) {
		vectors := max(1, count/f.lanes())
		for v := range vectors {
			factor := arm64.V(factors + v)
			if count == 1 {
				f.Load(f.one, factor, arm64.Post(f.x, f.bytes))
			} else {
				f.Load(arm64.Q, factor, arm64.Post(f.x, neonBytes))
			}
			f.OpLane("FMUL", f.whole, factor, factor, f.alpha, 0)
		}
		add := func(a arm64.Arrangement, sum, x arm64.Register, row int) {
			f.OpLane("FMLA", a, sum, x, arm64.V(factors+row/f.lanes()), row%f.lanes())
		}
		f.Move(f.at, f.y)
		f.Move(f.left, f.n)
		label := fmt.Sprintf("rows%d", count)
		f.while(label+"by4", 4*f.lanes(), func() {
			for v := 0; v < 4; v += 2 {
				f.LoadPair(arm64.Q, arm64.V(y+v), arm64.V(y+v+1), arm64.At(f.at, v*neonBytes))
			}
			for i := range count {
				x := []arm64.Register{spare(), spare(), spare(), spare()}
				f.LoadPair(arm64.Q, x[2], x[3], arm64.At(f.rows[i], 2*neonBytes))
				f.LoadPair(arm64.Q, x[0], x[1], arm64.Post(f.rows[i], 4*neonBytes))
				for v := range 4 {
					add(f.whole, arm64.V(y+v), x[v], i)
				}
			}
			f.StorePair(arm64.Q, arm64.V(y+2), arm64.V(y+3), arm64.At(f.at, 2*neonBytes))
			f.StorePair(arm64.Q, arm64.V(y), arm64.V(y+1), arm64.Post(f.at, 4*neonBytes))
		})
		single := func(moved, used arm64.Arrangement) func() {
			return func() {
				f.Load(moved, arm64.V(y), arm64.At(f.at, 0))
				for i := range count {
					x := spare()
					f.Load(moved, x, arm64.Post(f.rows[i], moved.Bytes()))
					add(used, arm64.V(y), x, i)
				}
				f.Store(moved, arm64.V(y), arm64.Post(f.at, moved.Bytes()))
			}
		}
		f.while(label+"by1", f.lanes(), single(arm64.Q, f.whole))
		f.while(label+"one", 1, single(f.one, f.one))
	})
}

// emitNeonAddDots writes the kernel for a matrix whose rows are multiplied with
// x. Two registers of sums of each row are added up in the order in which the
// AVX2 kernel adds up its one register of the same size, to the same bits.
func emitNeonAddDots(file *arm64.File, e element) {
	f := newNeonMatvec(file, e, "adddots", dotsSum, dotsOrder)
	sum := func(i, half int) arm64.Register { return arm64.V(2*i + half) }
	x := []arm64.Register{arm64.V(16), arm64.V(17)}
	next := 0
	spare := func() arm64.Register {
		next++
		return arm64.V(18 + next%12)
	}
	f.eachRows(f.n, func(count int) {
		for i := range count {
			f.Clear(sum(i, 0))
			f.Clear(sum(i, 1))
		}
		f.Move(f.at, f.x)
		f.Move(f.left, f.k)
		label := fmt.Sprintf("rows%d", count)
		f.while(label+"by2", 2*f.lanes(), func() {
			f.LoadPair(arm64.Q, x[0], x[1], arm64.Post(f.at, 2*neonBytes))
			for i := range count {
				m0, m1 := spare(), spare()
				f.LoadPair(arm64.Q, m0, m1, arm64.Post(f.rows[i], 2*neonBytes))
				f.Op("FMLA", f.whole, sum(i, 0), x[0], m0)
				f.Op("FMLA", f.whole, sum(i, 1), x[1], m1)
			}
		})
		for i := range count {
			f.Op("FADD", f.whole, sum(i, 0), sum(i, 0), sum(i, 1))
		}
		f.while(label+"by1", f.lanes(), func() {
			f.Load(arm64.Q, x[0], arm64.Post(f.at, neonBytes))
			for i := range count {
				m := spare()
				f.Load(arm64.Q, m, arm64.Post(f.rows[i], neonBytes))
				f.Op("FMLA", f.whole, sum(i, 0), x[0], m)
			}
		})
		for i := range count {
			if f.lanes() == 4 {
				f.Extract(sum(i, 1), sum(i, 0), sum(i, 0), 8)
				f.Op("FADD", arm64.S2, sum(i, 0), sum(i, 0), sum(i, 1))
			}
			f.Op("FADDP", f.one, sum(i, 0), sum(i, 0))
		}
		f.while(label+"one", 1, func() {
			f.Load(f.one, x[0], arm64.Post(f.at, f.bytes))
			for i := range count {
				m := spare()
				f.Load(f.one, m, arm64.Post(f.rows[i], f.bytes))
				f.Op("FMADD", f.one, sum(i, 0), x[0], m, sum(i, 0))
			}
		})
		for i := range count {
			f.Load(f.one, x[0], arm64.At(f.y, 0))
			f.Op("FMADD", f.one, x[0], sum(i, 0), f.alpha, x[0])
			f.Store(f.one, x[0], arm64.Post(f.y, f.bytes))
		}
	})
}
