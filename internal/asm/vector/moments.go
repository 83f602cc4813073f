package main

import "github.com/gokfac/gokfac/internal/asm/simd"

// downRows goes down the rows of arrays at one step of the columns. Rows lie behind one another, of n elements each.
type downRows struct {
	*loop
	arrays []string
	row    simd.Int // bytes of a row
}

func newDownRows(l *loop, first string, arrays ...string) *downRows {
	d := &downRows{loop: l, arrays: arrays, row: l.Len(first)}
	l.MultiplyBy(l.Element.Bytes, d.row)
	return d
}

// each runs body at each row, where the slices with the arrays' names begin.
func (d *downRows) each(body func()) {
	rows := d.Param("rows")
	for _, a := range d.arrays {
		at := d.NewInt()
		d.toFront(a, at)
		defer d.follow(a, at)()
	}
	d.Label(d.phase + "row")
	body()
	for _, a := range d.arrays {
		d.AddIntTo(d.row, d.base[a])
	}
	d.DownInt(rows)
	d.Branch(simd.NotZero, d.phase+"row")
}

// wideSlots is how many vectors go down together: AVX2 has no registers for four with their coefficients.
func wideSlots(m simd.Machine) int {
	if m.Bytes == 32 {
		return 2
	}
	return 4
}

func (l *loop) all(name string) []simd.Vec {
	rs := make([]simd.Vec, l.slots)
	for slot := range rs {
		rs[slot] = l.load(name, slot)
	}
	return rs
}

func (l *loop) zeros() []simd.Vec {
	rs := make([]simd.Vec, l.slots)
	for slot := range rs {
		rs[slot] = l.Zero()
	}
	return rs
}

func emitMoments(m simd.Machine) {
	emitShifted(m, false)
	emitShifted(m, true)
	emitDots(m)
	emitAffine(m, false)
	emitAffine(m, true)
	emitMomentRows(m)
}

func emitShifted(m simd.Machine, squares bool) {
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
	start(m, m.Element.Letter+name, "(sum, k, x []T, rows int)", doc)
	l := newLoop(m, m.Lanes(), 4, "sum", "k", "x")
	d := newDownRows(l, "sum", "x")
	l.run("", "sum", func() {
		k, sum := l.all("k"), l.zeros()
		d.each(func() {
			for slot := range l.slots {
				x := l.load("x", slot)
				l.Into(x).Subtract(x, k[slot])
				if squares {
					l.Into(x).Multiply(x, x)
				}
				l.Into(sum[slot]).Add(sum[slot], x)
			}
		})
		for slot := range l.slots {
			l.store(sum[slot], "sum", slot)
		}
	})
	m.End()
}

func emitDots(m simd.Machine) {
	start(m, m.Element.Letter+"dots", "(sum, dot, k, x, g []T, rows int)", `
clear(sum)
clear(dot)
for i := range rows {
	for j := range sum {
		sum[j] += g[i*len(sum)+j]
		dot[j] += g[i*len(sum)+j] * (x[i*len(sum)+j] - k[j])
	}
}`)
	l := newLoop(m, m.Lanes(), wideSlots(m), "sum", "dot", "k", "x", "g")
	d := newDownRows(l, "sum", "x", "g")
	l.run("", "sum", func() {
		k, sum, dot := l.all("k"), l.zeros(), l.zeros()
		d.each(func() {
			for slot := range l.slots {
				x, g := l.load("x", slot), l.load("g", slot)
				l.Into(sum[slot]).Add(sum[slot], g)
				l.Into(x).Subtract(x, k[slot])
				l.Into(x).Multiply(g, x)
				l.Into(dot[slot]).Add(dot[slot], x)
			}
		})
		for slot := range l.slots {
			l.store(sum[slot], "sum", slot)
			l.store(dot[slot], "dot", slot)
		}
	})
	m.End()
}

func emitAffine(m simd.Machine, combine bool) {
	name, signature, doc := "affine", "(k, a, d, y, x []T, rows int)", `
for i := range rows {
	for j := range k {
		y[i*len(k)+j] = a[j]*(x[i*len(k)+j]-k[j]) + d[j]
	}
}`
	slices, arrays := []string{"k", "a", "d", "y", "x"}, []string{"y", "x"}
	if combine {
		name, signature, doc = "combine", "(k, a, d, c, y, x, g []T, rows int)", `
for i := range rows {
	for j := range k {
		y[i*len(k)+j] = c[j]*g[i*len(k)+j] + (a[j]*(x[i*len(k)+j]-k[j]) + d[j])
	}
}`
		slices, arrays = append(slices, "c", "g"), append(arrays, "g")
	}
	start(m, m.Element.Letter+name, signature, doc)
	l := newLoop(m, m.Lanes(), wideSlots(m), slices...)
	down := newDownRows(l, "k", arrays...)
	l.run("", "k", func() {
		k, a, d := l.all("k"), l.all("a"), l.all("d")
		var c []simd.Vec
		if combine {
			c = l.all("c")
		}
		down.each(func() {
			for slot := range l.slots {
				x := l.load("x", slot)
				l.Into(x).Subtract(x, k[slot])
				l.Into(x).Multiply(a[slot], x)
				l.Into(x).Add(x, d[slot])
				if combine {
					g := l.load("g", slot)
					l.Into(g).Multiply(c[slot], g)
					l.Into(x).Add(g, x)
				}
				l.store(x, "y", slot)
			}
		})
	})
	m.End()
}
