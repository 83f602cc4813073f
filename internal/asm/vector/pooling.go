package main

import (
	"math"

	"github.com/gokfac/gokfac/internal/asm/simd"
)

// windowParameters end the signature of a kernel.
const windowParameters = ", n, windows, step, rows, cols, row, col int)"

// image goes over the windows of a line, and over the places of a window at one step of the channels.
type image struct {
	*loop
	name     string   // of the slice
	pooled   []string // slices that have n elements for each window
	row, col simd.Int
	before   func() // each row; may be nil
	after    func()
}

// newImage loads the distances between places, in bytes.
func newImage(l *loop, name string, pooled ...string) *image {
	im := &image{loop: l, name: name, pooled: pooled, row: l.Param("row"), col: l.Param("col")}
	l.MultiplyBy(l.Element.Bytes, im.row)
	l.MultiplyBy(l.Element.Bytes, im.col)
	return im
}

// windows runs step over the n channels of each window.
func (im *image) windows(step func()) {
	left := im.Counter("windows")
	im.Label("window")
	im.over("", im.Param("n"), step)
	apart, wide := im.NewInt(), im.NewInt()
	im.IntoInt(apart).Param("step")
	im.MultiplyBy(im.Element.Bytes, apart)
	im.AddIntTo(apart, im.base[im.name])
	im.IntoInt(wide).Param("n")
	im.MultiplyBy(im.Element.Bytes, wide)
	for _, s := range im.pooled {
		im.AddIntTo(wide, im.base[s])
	}
	im.Down(left)
	im.Branch(simd.NotZero, "window")
}

// each runs body at each place, where the slice "place" begins.
func (im *image) each(body func()) {
	label := im.phase
	rows, cols, line, at := im.NewInt(), im.NewInt(), im.NewInt(), im.NewInt()
	im.IntoInt(rows).Param("rows")
	im.toFront(im.name, line)
	im.Label(label + "row")
	if im.before != nil {
		im.before()
	}
	im.IntoInt(cols).Param("cols")
	im.IntoInt(at).CopyInt(line)
	defer im.follow("place", at)()
	im.Label(label + "col")
	body()
	im.AddIntTo(im.col, at)
	im.DownInt(cols)
	im.Branch(simd.NotZero, label+"col")
	if im.after != nil {
		im.after()
	}
	im.AddIntTo(im.row, line)
	im.DownInt(rows)
	im.Branch(simd.NotZero, label+"row")
}

func emitPooling(m simd.Machine) {
	emitMax(m, true)
	emitMax(m, false)
	emitTake(m)
	emitGive(m, false)
	emitGive(m, true)
	emitSum(m)
	emitSpread(m, false)
	emitSpread(m, true)
}

func emitMax(m simd.Machine, choice bool) {
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
	start(m, m.Element.Letter+name, "(y, choice, x []T"+windowParameters, doc)
	slices := []string{"x", "y"}
	if choice {
		slices = append(slices, "choice")
	}
	l := newLoop(m, m.Lanes(), slotsOf(m, mapSlots, 4), slices...)
	im := newImage(l, "x", append([]string{}, slices[1:]...)...)
	least, one := l.Number(math.Inf(-1)), l.Number(1)
	im.windows(func() {
		best, chosen := make([]simd.Vec, l.slots), make([]simd.Vec, l.slots)
		for slot := range l.slots {
			best[slot], chosen[slot] = l.Copy(least), l.Zero()
		}
		number := l.Zero()
		im.each(func() {
			for slot := range l.slots {
				x := l.load("place", slot)
				better := l.CompareWhere(l.Compare(x, simd.NotAtMost, best[slot]), best[slot], simd.Ordered, best[slot])
				l.Into(best[slot]).Choose(better, x, best[slot])
				if choice {
					l.Into(chosen[slot]).Choose(better, number, chosen[slot])
				}
			}
			if choice {
				l.Into(number).Add(number, one)
			}
		})
		for slot := range l.slots {
			l.store(best[slot], "y", slot)
			if choice {
				l.store(chosen[slot], "choice", slot)
			}
		}
	})
	m.End()
}

func emitTake(m simd.Machine) {
	start(m, m.Element.Letter+"take", "(y, choice, x []T"+windowParameters, `
// For each of the windows; the image is step elements further each time, the others n.
for j := range n {
	y[j] = 0
	for each place k of the window, by its number {
		if choice[j] == number {
			y[j] = x[k+j]
		}
	}
}`)
	l := newLoop(m, m.Lanes(), slotsOf(m, mapSlots, 4), "y", "choice", "x")
	im := newImage(l, "x", "y", "choice")
	one := l.Number(1)
	im.windows(func() {
		y, chosen := make([]simd.Vec, l.slots), make([]simd.Vec, l.slots)
		for slot := range l.slots {
			y[slot], chosen[slot] = l.Zero(), l.load("choice", slot)
		}
		number := l.Zero()
		im.each(func() {
			for slot := range l.slots {
				l.Into(y[slot]).Choose(l.Compare(chosen[slot], simd.Equal, number), l.load("place", slot), y[slot])
			}
			l.Into(number).Add(number, one)
		})
		for slot := range l.slots {
			l.store(y[slot], "y", slot)
		}
	})
	m.End()
}

func emitGive(m simd.Machine, add bool) {
	name, does := "give", "="
	if add {
		name, does = "add", "+="
	}
	start(m, m.Element.Letter+name, "(dx, choice, dy []T"+windowParameters, `
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
	l := newLoop(m, m.Lanes(), slotsOf(m, mapSlots, 4), "dx", "choice", "dy")
	im := newImage(l, "dx", "choice", "dy")
	one := l.Number(1)
	im.windows(func() {
		dy, chosen := make([]simd.Vec, l.slots), make([]simd.Vec, l.slots)
		for slot := range l.slots {
			dy[slot], chosen[slot] = l.load("dy", slot), l.load("choice", slot)
		}
		number := l.Zero()
		im.each(func() {
			for slot := range l.slots {
				given := l.Keep(l.Compare(chosen[slot], simd.Equal, number), dy[slot])
				if add {
					l.Into(given).Add(l.load("place", slot), given)
				}
				l.store(given, "place", slot)
			}
			l.Into(number).Add(number, one)
		})
	})
	m.End()
}

func emitSum(m simd.Machine) {
	start(m, m.Element.Letter+"sum", "(y, x []T, scale T"+windowParameters, `
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
	l := newLoop(m, m.Lanes(), slotsOf(m, mapSlots, 4), "y", "x")
	im := newImage(l, "x", "y")
	scale := m.Scalar("scale")
	im.windows(func() {
		total, sum := make([]simd.Vec, l.slots), make([]simd.Vec, l.slots)
		for slot := range l.slots {
			total[slot], sum[slot] = l.Zero(), l.NewVec()
		}
		im.before = func() {
			for slot := range l.slots {
				l.Into(sum[slot]).Zero()
			}
		}
		im.after = func() {
			for slot := range l.slots {
				l.Into(total[slot]).Add(total[slot], sum[slot])
			}
		}
		im.each(func() {
			for slot := range l.slots {
				l.Into(sum[slot]).Add(sum[slot], l.load("place", slot))
			}
		})
		for slot := range l.slots {
			l.Into(total[slot]).Multiply(total[slot], scale)
			l.store(total[slot], "y", slot)
		}
	})
	m.End()
}

func emitSpread(m simd.Machine, add bool) {
	name, does := "spread", "="
	if add {
		name, does = "spreadOn", "+="
	}
	start(m, m.Element.Letter+name, "(dx, dy []T, scale T"+windowParameters, `
// For each of the windows; the image is step elements further each time, the others n.
for j := range n {
	for each place k of the window {
		dx[k+j] `+does+` scale * dy[j]
	}
}`)
	l := newLoop(m, m.Lanes(), slotsOf(m, mapSlots, 4), "dx", "dy")
	im := newImage(l, "dx", "dy")
	scale := m.Scalar("scale")
	im.windows(func() {
		part := make([]simd.Vec, l.slots)
		for slot := range l.slots {
			part[slot] = l.load("dy", slot)
			l.Into(part[slot]).Multiply(part[slot], scale)
		}
		im.each(func() {
			for slot := range l.slots {
				r := part[slot]
				if add {
					r = l.NewVec()
					l.Into(r).Add(l.load("place", slot), part[slot])
				}
				l.store(r, "place", slot)
			}
		})
	})
	m.End()
}
