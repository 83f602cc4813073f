package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// downRows goes down the rows of arrays at one step of the columns. Rows lie behind one another, of n elements each.
type downRows struct {
	*loop
	arrays []string
	row    reg.Register // bytes of a row
}

func newDownRows(l *loop, first string, arrays ...string) *downRows {
	d := &downRows{loop: l, arrays: arrays, row: Load(Param(first).Len(), GP64())}
	IMUL3Q(I32(l.precision.bytes), d.row, d.row)
	return d
}

// each runs body at each row, where the slices with the arrays' names begin.
func (d *downRows) each(body func()) {
	label := "whole"
	if d.masked {
		label = "edge"
	}
	rows := GP64()
	MOVQ(parameter("rows"), rows)
	tops := map[string]reg.Register{}
	for _, a := range d.arrays {
		tops[a] = d.base[a]
		d.base[a] = GP64()
		MOVQ(tops[a], d.base[a])
	}
	Label(label + "row")
	body()
	for _, a := range d.arrays {
		ADDQ(d.row, d.base[a])
	}
	DECQ(rows)
	JNZ(LabelRef(label + "row"))
	for _, a := range d.arrays {
		d.base[a] = tops[a]
	}
}

// wideSlots is how many vectors go down together: AVX-512 has the registers for four with their coefficients.
func wideSlots(v vector) int {
	if v.bytes == 64 {
		return 4
	}
	return 2
}

func (l *loop) all(name string) []reg.VecVirtual {
	rs := make([]reg.VecVirtual, l.slots)
	for slot := range rs {
		rs[slot] = l.load(name, slot)
	}
	return rs
}

func (l *loop) zeros() []reg.VecVirtual {
	rs := make([]reg.VecVirtual, l.slots)
	for slot := range rs {
		rs[slot] = l.zero()
	}
	return rs
}

func emitMoments(p precision, v vector) {
	emitShifted(p, v, false)
	emitShifted(p, v, true)
	emitDots(p, v)
	emitAffine(p, v, false)
	emitAffine(p, v, true)
	emitMomentRows(p, v)
}

func emitShifted(p precision, v vector, squares bool) {
	name, doc := "shifted", `
clear(sum)
for i := range rows {
	for j := range sum {
		sum[j] += x[i*len(sum)+j] - k[j]
	}
}`
	if squares {
		name, doc = "squares", `
clear(sum)
for i := range rows {
	for j := range sum {
		d := x[i*len(sum)+j] - k[j]
		sum[j] += d * d
	}
}`
	}
	start(p, v, p.letter+name+v.isa, "func(sum, k, x []T, rows int)", doc)
	l := newLoop(p, v, v.bytes/p.bytes, 4, "sum", "k", "x")
	d := newDownRows(l, "sum", "x")
	l.run("", "sum", func() {
		k, sum := l.all("k"), l.zeros()
		d.each(func() {
			for slot := range l.slots {
				x := l.load("x", slot)
				l.sub(x, k[slot], x)
				if squares {
					l.mul(x, x, x)
				}
				l.add(sum[slot], x, sum[slot])
			}
		})
		for slot := range l.slots {
			l.store(sum[slot], "sum", slot)
		}
	})
	finishKernel()
}

func emitDots(p precision, v vector) {
	start(p, v, p.letter+"dots"+v.isa, "func(sum, dot, k, x, g []T, rows int)", `
clear(sum)
clear(dot)
for i := range rows {
	for j := range sum {
		sum[j] += g[i*len(sum)+j]
		dot[j] += g[i*len(sum)+j] * (x[i*len(sum)+j] - k[j])
	}
}`)
	l := newLoop(p, v, v.bytes/p.bytes, wideSlots(v), "sum", "dot", "k", "x", "g")
	d := newDownRows(l, "sum", "x", "g")
	l.run("", "sum", func() {
		k, sum, dot := l.all("k"), l.zeros(), l.zeros()
		d.each(func() {
			for slot := range l.slots {
				x, g := l.load("x", slot), l.load("g", slot)
				l.add(sum[slot], g, sum[slot])
				l.sub(x, k[slot], x)
				l.mul(g, x, x)
				l.add(dot[slot], x, dot[slot])
			}
		})
		for slot := range l.slots {
			l.store(sum[slot], "sum", slot)
			l.store(dot[slot], "dot", slot)
		}
	})
	finishKernel()
}

func emitAffine(p precision, v vector, combine bool) {
	name, signature, doc := "affine", "func(k, a, d, y, x []T, rows int)", `
for i := range rows {
	for j := range k {
		y[i*len(k)+j] = a[j]*(x[i*len(k)+j]-k[j]) + d[j]
	}
}`
	slices, arrays := []string{"k", "a", "d", "y", "x"}, []string{"y", "x"}
	if combine {
		name, signature, doc = "combine", "func(k, a, d, c, y, x, g []T, rows int)", `
for i := range rows {
	for j := range k {
		y[i*len(k)+j] = c[j]*g[i*len(k)+j] + (a[j]*(x[i*len(k)+j]-k[j]) + d[j])
	}
}`
		slices, arrays = append(slices, "c", "g"), append(arrays, "g")
	}
	start(p, v, p.letter+name+v.isa, signature, doc)
	l := newLoop(p, v, v.bytes/p.bytes, wideSlots(v), slices...)
	down := newDownRows(l, "k", arrays...)
	l.run("", "k", func() {
		k, a, d := l.all("k"), l.all("a"), l.all("d")
		var c []reg.VecVirtual
		if combine {
			c = l.all("c")
		}
		down.each(func() {
			for slot := range l.slots {
				x := l.load("x", slot)
				l.sub(x, k[slot], x)
				l.mul(a[slot], x, x)
				l.add(x, d[slot], x)
				if combine {
					g := l.load("g", slot)
					l.mul(c[slot], g, g)
					l.add(g, x, x)
				}
				l.store(x, "y", slot)
			}
		})
	})
	finishKernel()
}
