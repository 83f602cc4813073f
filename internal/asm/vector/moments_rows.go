package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// The kernels of rows that are parts by themselves: sums in float64, sixteen of them, and maps in the element type.

func emitMomentRows(p precision, v vector) {
	emitRowShifted(p, v, false)
	emitRowShifted(p, v, true)
	emitRowDots(p, v)
	emitRowAccumulate(p, v)
	emitRowAffine(p, v)
	emitRowGradient(p, v)
	emitRowTangent(p, v)
}

// kept is x in the lanes that a step has, and zero beyond.
func (l *loop) kept(x reg.VecVirtual, slot int) {
	switch {
	case !l.masked:
	case l.isa == "avx512":
		VMOVAPD_Z(x, opmasks[slot], x)
	default:
		VANDPD(l.edgeMask(slot, 8), x, x)
	}
}

func emitRowShifted(p precision, v vector, squares bool) {
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
	start(p, v, p.letter+name+v.isa, "func(x []T, k float64) float64", doc)
	l := newLoop(p, v, v.bytes/8, sumLanes*8/v.bytes, "x")
	l.widths = []int{4, 8}
	k := constants(double, v, "k")["k"]
	s := newSums(v)
	l.run("", "x", func() {
		for slot := range l.slots {
			x := l.loadWide("x", slot)
			VSUBPD(k, x, x)
			l.kept(x, slot)
			if squares {
				VMULPD(x, x, x)
			}
			VADDPD(x, s[slot], s[slot])
		}
	})
	Store(s.fold(v), ReturnIndex(0))
	finishKernel()
}

func emitRowDots(p precision, v vector) {
	start(p, v, p.letter+"rowDots"+v.isa, "func(w, g, x []T, k float64) (sum, dot float64)", `
var s, t lanes
for i := range x {
	v := float64(w[i]) * float64(g[i])
	s[i%16] += v
	t[i%16] += v * (float64(x[i]) - k)
}
return s.fold(), t.fold()`)
	l := newLoop(p, v, v.bytes/8, sumLanes*8/v.bytes, "w", "g", "x")
	l.widths = []int{4, 8}
	k := constants(double, v, "k")["k"]
	s, t := newSums(v), newSums(v)
	l.run("", "x", func() {
		for slot := range l.slots {
			w, g := l.loadWide("w", slot), l.loadWide("g", slot)
			VMULPD(w, g, g)
			VADDPD(g, s[slot], s[slot])
			x := l.loadWide("x", slot)
			VSUBPD(k, x, x)
			VMULPD(x, g, g)
			VADDPD(g, t[slot], t[slot])
		}
	})
	Store(s.fold(v), ReturnIndex(0))
	Store(t.fold(v), ReturnIndex(1))
	finishKernel()
}

// standard is ((x − k) − r)·s.
func (f *frame) standard() reg.VecVirtual {
	x := f.minus(f.minus(f.get("x"), f.constant["k"]), f.constant["r"])
	f.mul(x, f.constant["s"], x)
	return x
}

func newRow(p precision, v vector, scalars []string, slices ...string) *frame {
	return &frame{loop: newLoop(p, v, v.bytes/p.bytes, mapSlots, slices...), constant: constants(p, v, scalars...)}
}

func emitRowAccumulate(p precision, v vector) {
	start(p, v, p.letter+"rowAccumulate"+v.isa, "func(sum, dot, g, x []T, k, r, s T)", `
for i := range x {
	sum[i] += g[i]
	dot[i] += g[i] * (((x[i] - k) - r) * s)
}`)
	f := newRow(p, v, []string{"k", "r", "s"}, "sum", "dot", "g", "x")
	f.run("", "x", func() {
		for f.slot = range f.slots {
			g := f.get("g")
			f.put("sum", f.plus(f.get("sum"), g))
			f.put("dot", f.plus(f.get("dot"), f.times(g, f.standard())))
		}
	})
	finishKernel()
}

func emitRowAffine(p precision, v vector) {
	start(p, v, p.letter+"rowAffine"+v.isa, "func(y, w, b, x []T, k, r, s T)", `
for i := range x {
	y[i] = w[i]*(((x[i]-k)-r)*s) + b[i]
}`)
	f := newRow(p, v, []string{"k", "r", "s"}, "y", "w", "b", "x")
	f.run("", "x", func() {
		for f.slot = range f.slots {
			f.put("y", f.plus(f.times(f.get("w"), f.standard()), f.get("b")))
		}
	})
	finishKernel()
}

func emitRowGradient(p precision, v vector) {
	start(p, v, p.letter+"rowGradient"+v.isa, "func(dx, w, g, x []T, k, r, s, mean, slope T)", `
for i := range x {
	dx[i] = s * ((w[i]*g[i] - mean) - ((x[i]-k)-r)*s*slope)
}`)
	f := newRow(p, v, []string{"k", "r", "s", "mean", "slope"}, "dx", "w", "g", "x")
	f.run("", "x", func() {
		for f.slot = range f.slots {
			d := f.minus(f.times(f.get("w"), f.get("g")), f.constant["mean"])
			d = f.minus(d, f.times(f.standard(), f.constant["slope"]))
			f.put("dx", f.times(f.constant["s"], d))
		}
	})
	finishKernel()
}

func emitRowTangent(p precision, v vector) {
	start(p, v, p.letter+"rowTangent"+v.isa, "func(y, w, g, dw, db, x []T, k, r, s, mean, slope T)", `
for i := range x {
	h := ((x[i] - k) - r) * s
	y[i] = w[i]*(s*((g[i]-mean)-h*slope)) + (h*dw[i] + db[i])
}`)
	f := newRow(p, v, []string{"k", "r", "s", "mean", "slope"}, "y", "w", "g", "dw", "db", "x")
	f.run("", "x", func() {
		for f.slot = range f.slots {
			h := f.standard()
			d := f.minus(f.minus(f.get("g"), f.constant["mean"]), f.times(h, f.constant["slope"]))
			d = f.times(f.get("w"), f.times(f.constant["s"], d))
			f.put("y", f.plus(d, f.plus(f.times(h, f.get("dw")), f.get("db"))))
		}
	})
	finishKernel()
}
