package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Comparisons that no NaN makes an exception of. A value is chosen if it is not less than or equal to the best, NaN
// included, unless the best is NaN.
const (
	equal           = 0
	ordered         = 7
	notLessNorEqual = 0x16
)

// windowParameters end the signature of a kernel.
const windowParameters = ", n, windows, step, rows, cols, row, col int)"

// placeMasks are free where slots have masks.
var placeMasks = [2]reg.Register{reg.K5, reg.K6}

// image goes over the windows of a line, and over the places of a window at one step of the channels.
type image struct {
	*loop
	name     string   // of the slice
	pooled   []string // slices that have n elements for each window
	row, col reg.Register
	before   func() // each row; may be nil
	after    func()
}

// newImage loads the distances between places, in bytes.
func newImage(l *loop, name string, pooled ...string) *image {
	im := &image{loop: l, name: name, pooled: pooled, row: Load(Param("row"), GP64()), col: Load(Param("col"), GP64())}
	IMUL3Q(I32(l.precision.bytes), im.row, im.row)
	IMUL3Q(I32(l.precision.bytes), im.col, im.col)
	return im
}

// windows runs step over the n channels of each window.
func (im *image) windows(step func()) {
	Label("window")
	im.over("", Load(Param("n"), GP64()), step)
	apart, wide := GP64(), GP64()
	MOVQ(parameter("step"), apart)
	IMUL3Q(I32(im.precision.bytes), apart, apart)
	ADDQ(apart, im.base[im.name])
	MOVQ(parameter("n"), wide)
	IMUL3Q(I32(im.precision.bytes), wide, wide)
	for _, s := range im.pooled {
		ADDQ(wide, im.base[s])
	}
	DECQ(parameter("windows"))
	JNZ(LabelRef("window"))
}

// each runs body at each place, where the slice "place" begins.
func (im *image) each(body func()) {
	label := "whole"
	if im.masked {
		label = "edge"
	}
	rows, cols, line, at := GP64(), GP64(), GP64(), GP64()
	MOVQ(parameter("rows"), rows)
	MOVQ(im.base[im.name], line)
	Label(label + "row")
	if im.before != nil {
		im.before()
	}
	MOVQ(parameter("cols"), cols)
	MOVQ(line, at)
	im.base["place"] = at
	Label(label + "col")
	body()
	ADDQ(im.col, at)
	DECQ(cols)
	JNZ(LabelRef(label + "col"))
	if im.after != nil {
		im.after()
	}
	ADDQ(im.row, line)
	DECQ(rows)
	JNZ(LabelRef(label + "row"))
}

// number fills a register.
func (l *loop) number(x float64) reg.VecVirtual {
	bits, low, r := GP64(), XMM(), l.register()
	if l.precision.bytes == 4 {
		MOVQ(U64(uint64(math.Float32bits(float32(x)))), bits)
	} else {
		MOVQ(U64(math.Float64bits(x)), bits)
	}
	MOVQ(bits, low)
	l.broadcast(low, r)
	return r
}

func (l *loop) copyOf(x reg.VecVirtual) reg.VecVirtual {
	r := l.register()
	l.move(x, r)
	return r
}

// compare is which lanes of x and y are in the relation: an opmask, or a register of ones.
func (l *loop) compare(relation uint8, x, y reg.VecVirtual) reg.Register {
	if l.isa == "avx512" {
		l.choose(func(o ...Op) { VCMPPS(o...) }, func(o ...Op) { VCMPPD(o...) }, U8(relation), y, x, placeMasks[0])
		return placeMasks[0]
	}
	m := l.register()
	l.choose(func(o ...Op) { VCMPPS(o...) }, func(o ...Op) { VCMPPD(o...) }, U8(relation), y, x, m)
	return m
}

// both is compare for the lanes that another comparison has left.
func (l *loop) both(left reg.Register, relation uint8, x, y reg.VecVirtual) reg.Register {
	if l.isa == "avx512" {
		l.choose(func(o ...Op) { VCMPPS(o...) }, func(o ...Op) { VCMPPD(o...) }, U8(relation), y, x, placeMasks[1])
		KANDW(left, placeMasks[1], placeMasks[1])
		return placeMasks[1]
	}
	m := l.compare(relation, x, y)
	VANDPS(left, m, m)
	return m
}

// put replaces the lanes of to that the mask has.
func (l *loop) put(mask reg.Register, x, to reg.VecVirtual) {
	if l.isa == "avx512" {
		l.choose(func(o ...Op) { VMOVAPS(o...) }, func(o ...Op) { VMOVAPD(o...) }, x, mask, to)
		return
	}
	l.choose(func(o ...Op) { VBLENDVPS(o[0], o[1], o[2], o[3]) }, func(o ...Op) { VBLENDVPD(o[0], o[1], o[2], o[3]) }, mask, x, to, to)
}

// only is x in the lanes of the mask, and zero elsewhere.
func (l *loop) only(mask reg.Register, x reg.VecVirtual) reg.VecVirtual {
	r := l.register()
	if l.isa == "avx512" {
		l.choose(func(o ...Op) { VMOVAPS_Z(o[0], o[1], o[2]) }, func(o ...Op) { VMOVAPD_Z(o[0], o[1], o[2]) }, x, mask, r)
	} else {
		VANDPS(mask, x, r)
	}
	return r
}

func finishKernel() {
	VZEROUPPER()
	RET()
}

func emitPooling(p precision, v vector) {
	emitMax(p, v, true)
	emitMax(p, v, false)
	emitTake(p, v)
	emitGive(p, v, false)
	emitGive(p, v, true)
	emitSum(p, v)
	emitSpread(p, v, false)
	emitSpread(p, v, true)
}

func emitMax(p precision, v vector, choice bool) {
	name, doc := "maxOnly", `
// For each of the windows; the image is step elements further each time, the others n.
for j := range n {
	y[j] = math.Inf(-1)
	for each place k of the window {
		if v := x[k+j]; y[j] == y[j] && !(v <= y[j]) {
			y[j] = v
		}
	}
}`
	if choice {
		name, doc = "max", `
// For each of the windows; the image is step elements further each time, the others n.
for j := range n {
	y[j], choice[j] = math.Inf(-1), 0
	for each place k of the window, by its number {
		if v := x[k+j]; y[j] == y[j] && !(v <= y[j]) {
			y[j], choice[j] = v, number
		}
	}
}`
	}
	start(p, v, p.letter+name+v.isa, "func(y, choice, x []T"+windowParameters, doc)
	slices := []string{"x", "y"}
	if choice {
		slices = append(slices, "choice")
	}
	l := newLoop(p, v, v.bytes/p.bytes, mapSlots, slices...)
	im := newImage(l, "x", append([]string{}, slices[1:]...)...)
	least, one := l.number(math.Inf(-1)), l.number(1)
	im.windows(func() {
		var best, chosen [mapSlots]reg.VecVirtual
		for slot := range l.slots {
			best[slot], chosen[slot] = l.copyOf(least), l.zero()
		}
		number := l.zero()
		im.each(func() {
			for slot := range l.slots {
				x := l.load("place", slot)
				better := l.both(l.compare(notLessNorEqual, x, best[slot]), ordered, best[slot], best[slot])
				l.put(better, x, best[slot])
				if choice {
					l.put(better, number, chosen[slot])
				}
			}
			if choice {
				l.add(number, one, number)
			}
		})
		for slot := range l.slots {
			l.store(best[slot], "y", slot)
			if choice {
				l.store(chosen[slot], "choice", slot)
			}
		}
	})
	finishKernel()
}

func emitTake(p precision, v vector) {
	start(p, v, p.letter+"take"+v.isa, "func(y, choice, x []T"+windowParameters, `
// For each of the windows; the image is step elements further each time, the others n.
for j := range n {
	y[j] = 0
	for each place k of the window, by its number {
		if choice[j] == number {
			y[j] = x[k+j]
		}
	}
}`)
	l := newLoop(p, v, v.bytes/p.bytes, mapSlots, "y", "choice", "x")
	im := newImage(l, "x", "y", "choice")
	one := l.number(1)
	im.windows(func() {
		var y, chosen [mapSlots]reg.VecVirtual
		for slot := range l.slots {
			y[slot], chosen[slot] = l.zero(), l.load("choice", slot)
		}
		number := l.zero()
		im.each(func() {
			for slot := range l.slots {
				l.put(l.compare(equal, chosen[slot], number), l.load("place", slot), y[slot])
			}
			l.add(number, one, number)
		})
		for slot := range l.slots {
			l.store(y[slot], "y", slot)
		}
	})
	finishKernel()
}

func emitGive(p precision, v vector, add bool) {
	name, does := "give", "="
	if add {
		name, does = "add", "+="
	}
	start(p, v, p.letter+name+v.isa, "func(dx, choice, dy []T"+windowParameters, `
// For each of the windows; the image is step elements further each time, the others n.
for j := range n {
	for each place k of the window, by its number {
		if choice[j] == number {
			dx[k+j] `+does+` dy[j]
		} else {
			dx[k+j] `+does+` 0
		}
	}
}`)
	l := newLoop(p, v, v.bytes/p.bytes, mapSlots, "dx", "choice", "dy")
	im := newImage(l, "dx", "choice", "dy")
	one := l.number(1)
	im.windows(func() {
		var dy, chosen [mapSlots]reg.VecVirtual
		for slot := range l.slots {
			dy[slot], chosen[slot] = l.load("dy", slot), l.load("choice", slot)
		}
		number := l.zero()
		im.each(func() {
			for slot := range l.slots {
				given := l.only(l.compare(equal, chosen[slot], number), dy[slot])
				if add {
					l.add(l.load("place", slot), given, given)
				}
				l.store(given, "place", slot)
			}
			l.add(number, one, number)
		})
	})
	finishKernel()
}

func emitSum(p precision, v vector) {
	start(p, v, p.letter+"sum"+v.isa, "func(y, x []T, scale T"+windowParameters, `
// For each of the windows; the image is step elements further each time, the others n.
for j := range n {
	total := 0
	for each row of the window {
		sum := 0
		for each place k of the row {
			sum += x[k+j]
		}
		total += sum
	}
	y[j] = scale * total
}`)
	l := newLoop(p, v, v.bytes/p.bytes, mapSlots, "y", "x")
	im := newImage(l, "x", "y")
	scale := constants(p, v, "scale")["scale"]
	im.windows(func() {
		var total, sum [mapSlots]reg.VecVirtual
		for slot := range l.slots {
			total[slot], sum[slot] = l.zero(), l.register()
		}
		im.before = func() {
			for slot := range l.slots {
				l.clear(sum[slot])
			}
		}
		im.after = func() {
			for slot := range l.slots {
				l.add(total[slot], sum[slot], total[slot])
			}
		}
		im.each(func() {
			for slot := range l.slots {
				l.add(sum[slot], l.load("place", slot), sum[slot])
			}
		})
		for slot := range l.slots {
			l.mul(total[slot], scale, total[slot])
			l.store(total[slot], "y", slot)
		}
	})
	finishKernel()
}

// clear makes a register zero.
func (l *loop) clear(r reg.VecVirtual) {
	if l.isa == "avx512" {
		VPXORD(r, r, r)
	} else {
		VXORPS(r, r, r)
	}
}

func emitSpread(p precision, v vector, add bool) {
	name, does := "spread", "="
	if add {
		name, does = "spreadOn", "+="
	}
	start(p, v, p.letter+name+v.isa, "func(dx, dy []T, scale T"+windowParameters, `
// For each of the windows; the image is step elements further each time, the others n.
for j := range n {
	for each place k of the window {
		dx[k+j] `+does+` scale * dy[j]
	}
}`)
	l := newLoop(p, v, v.bytes/p.bytes, mapSlots, "dx", "dy")
	im := newImage(l, "dx", "dy")
	scale := constants(p, v, "scale")["scale"]
	im.windows(func() {
		var part [mapSlots]reg.VecVirtual
		for slot := range l.slots {
			part[slot] = l.load("dy", slot)
			l.mul(part[slot], scale, part[slot])
		}
		im.each(func() {
			for slot := range l.slots {
				r := part[slot]
				if add {
					r = l.register()
					l.add(l.load("place", slot), part[slot], r)
				}
				l.store(r, "place", slot)
			}
		})
	})
	finishKernel()
}
