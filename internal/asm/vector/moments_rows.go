package main

import "github.com/gokfac/gokfac/internal/asm/simd"

// The kernels of rows that are parts by themselves: sums in float64, sixteen of them, and maps in the element type.

func emitMomentRows(m simd.Machine) {
	emitRowShifted(m, false)
	emitRowShifted(m, true)
	emitRowDots(m)
	emitRowAccumulate(m)
	emitRowAffine(m)
	emitRowGradient(m)
	emitRowTangent(m)
}

// kept is x, of float64, in the lanes that a step has, and zero beyond. It changes x.
func (l *loop) kept(x simd.Vec, slot int) {
	if l.ends != nil {
		wide := l.Of(simd.Double)
		wide.Into(x).Keep(wide.MaskOf(l.ends[slot]), x)
	}
}

func emitRowShifted(m simd.Machine, squares bool) {
	name, doc := "rowShifted", `
var s lanes
for i := range x {
	s[i%16] += float64(x[i]) - k
}
return s.fold()`
	if squares {
		name, doc = "rowSquares", `
var s lanes
for i := range x {
	d := float64(x[i]) - k
	s[i%16] += d * d
}
return s.fold()`
	}
	start(m, m.Element.Letter+name, "(x []T, k float64) float64", doc)
	l, wide := wideLoop(m, "x"), m.Of(simd.Double)
	k := wide.Scalar("k")
	s := newSums(m)
	l.run("", "x", func() {
		l.each(func(slot int) {
			x := l.loadWide("x", slot)
			wide.Into(x).Subtract(x, k)
			l.kept(x, slot)
			if squares {
				wide.Into(x).Multiply(x, x)
			}
			s.add(x, slot)
		})
	})
	m.Return(0, s.fold())
	m.End()
}

func emitRowDots(m simd.Machine) {
	start(m, m.Element.Letter+"rowDots", "(w, g, x []T, k float64) (sum, dot float64)", `
var s, t lanes
for i := range x {
	v := float64(w[i]) * float64(g[i])
	s[i%16] += v
	t[i%16] += v * (float64(x[i]) - k)
}
return s.fold(), t.fold()`)
	l, wide := wideLoop(m, "w", "g", "x"), m.Of(simd.Double)
	k := wide.Scalar("k")
	s, t := newSums(m), newSums(m)
	l.run("", "x", func() {
		l.each(func(slot int) {
			w, g := l.loadWide("w", slot), l.loadWide("g", slot)
			wide.Into(g).Multiply(g, w)
			s.add(g, slot)
			x := l.loadWide("x", slot)
			wide.Into(x).Subtract(x, k)
			wide.Into(g).Multiply(g, x)
			t.add(g, slot)
		})
	})
	m.Return(0, s.fold())
	m.Return(1, t.fold())
	m.End()
}

// standard is ((x − k) − r)·s.
func (f *frame) standard() simd.Vec {
	x := f.Subtract(f.Subtract(f.get("x"), f.constant["k"]), f.constant["r"])
	f.Into(x).Multiply(x, f.constant["s"])
	return x
}

func newRow(m simd.Machine, scalars []string, slices ...string) *frame {
	return &frame{loop: newLoop(m, m.Lanes(), slotsOf(m, mapSlots, 4), slices...), constant: constants(m, scalars...)}
}

func emitRowAccumulate(m simd.Machine) {
	start(m, m.Element.Letter+"rowAccumulate", "(sum, dot, g, x []T, k, r, s T)", `
for i := range x {
	sum[i] += g[i]
	dot[i] += g[i] * (((x[i] - k) - r) * s)
}`)
	f := newRow(m, []string{"k", "r", "s"}, "sum", "dot", "g", "x")
	f.run("", "x", func() {
		for f.slot = range f.slots {
			g := f.get("g")
			f.put("sum", f.Add(f.get("sum"), g))
			f.put("dot", f.Add(f.get("dot"), f.Multiply(g, f.standard())))
		}
	})
	m.End()
}

func emitRowAffine(m simd.Machine) {
	start(m, m.Element.Letter+"rowAffine", "(y, w, b, x []T, k, r, s T)", `
for i := range x {
	y[i] = w[i]*(((x[i]-k)-r)*s) + b[i]
}`)
	f := newRow(m, []string{"k", "r", "s"}, "y", "w", "b", "x")
	f.run("", "x", func() {
		for f.slot = range f.slots {
			f.put("y", f.Add(f.Multiply(f.get("w"), f.standard()), f.get("b")))
		}
	})
	m.End()
}

func emitRowGradient(m simd.Machine) {
	start(m, m.Element.Letter+"rowGradient", "(dx, w, g, x []T, k, r, s, mean, slope T)", `
for i := range x {
	dx[i] = s * ((w[i]*g[i] - mean) - ((x[i]-k)-r)*s*slope)
}`)
	f := newRow(m, []string{"k", "r", "s", "mean", "slope"}, "dx", "w", "g", "x")
	f.run("", "x", func() {
		for f.slot = range f.slots {
			d := f.Subtract(f.Multiply(f.get("w"), f.get("g")), f.constant["mean"])
			d = f.Subtract(d, f.Multiply(f.standard(), f.constant["slope"]))
			f.put("dx", f.Multiply(f.constant["s"], d))
		}
	})
	m.End()
}

func emitRowTangent(m simd.Machine) {
	start(m, m.Element.Letter+"rowTangent", "(y, w, g, dw, db, x []T, k, r, s, mean, slope T)", `
for i := range x {
	h := ((x[i] - k) - r) * s
	y[i] = w[i]*(s*((g[i]-mean)-h*slope)) + (h*dw[i] + db[i])
}`)
	f := newRow(m, []string{"k", "r", "s", "mean", "slope"}, "y", "w", "g", "dw", "db", "x")
	f.run("", "x", func() {
		for f.slot = range f.slots {
			h := f.standard()
			d := f.Subtract(f.Subtract(f.get("g"), f.constant["mean"]), f.Multiply(h, f.constant["slope"]))
			d = f.Multiply(f.get("w"), f.Multiply(f.constant["s"], d))
			f.put("y", f.Add(d, f.Add(f.Multiply(h, f.get("dw")), f.get("db"))))
		}
	})
	m.End()
}
