package main

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/asm/simd"
)

// rows walks over the rows of z: their maximum, then e^(z-max) and its sum. A
// maximum that misses a NaN does no harm: z-max has it, and with it the sum.
type rows struct {
	machine
	z, p          simd.Int // p is 0 where the exponentials are not kept
	left, classes simd.Int
	none, low     simd.Vec   // -Inf; flushed
	tail          simd.Lanes // of the last vector
	finishRow     func(greatest, total simd.Vec) simd.Vec
}

func emitSoftmax(m machine) {
	m.function("softmax", "(p, z []float32, classes int)",
		"\tfor i := 0; i < len(z); i += classes {",
		"\t\trow, top, sum := z[i:i+classes], max(z[i:i+classes]...), 0.0",
		"\t\tfor j, v := range row {",
		"\t\t\tp[i+j] = exp(v - top)",
		"\t\t\tsum += float64(p[i+j])",
		"\t\t}",
		"\t\tfor j := range row {",
		"\t\t\tp[i+j] *= 1 / float32(sum)",
		"\t\t}",
		"\t}")
	r := rows{machine: m, p: m.Base("p")}
	r.emit(func(_, total simd.Vec) simd.Vec { return m.Inverse(total) })
}

func emitExponentialSums(m machine) {
	m.function("exponentialSums", "(z []float32, classes int, maxima *float32, sums *float64)",
		"\tfor i := range len(z) / classes {",
		"\t\trow := z[i*classes:(i+1)*classes]",
		"\t\tmaxima[i], sums[i] = max(row...), 0",
		"\t\tfor _, v := range row {",
		"\t\t\tsums[i] += float64(exp(v - maxima[i]))",
		"\t\t}",
		"\t}")
	maxima, sums := m.Param("maxima"), m.Param("sums")
	r := rows{machine: m}
	r.emit(func(greatest, total simd.Vec) simd.Vec {
		m.StoreLane(greatest, simd.Address{Base: maxima})
		m.Of(simd.Double).StoreLane(total, simd.Address{Base: sums})
		m.AddTo(4, maxima)
		m.AddTo(8, sums)
		return 0
	})
}

// shortRow is the number of classes up to which a row stays in registers.
const shortRow = 16

// emit writes the loops over rows: those that fit into one register,
// or into few narrow ones, and longer ones.
func (r *rows) emit(finishRow func(greatest, total simd.Vec) simd.Vec) {
	r.finishRow = finishRow
	r.z, r.left, r.classes = r.Base("z"), r.Len("z"), r.Param("classes")
	r.none, r.low = r.Constant(minusInf), r.Constant(simd.Number(flushed))
	for vectors := 1; vectors*r.Lanes() <= shortRow; vectors++ {
		next := fmt.Sprintf("beyond%d", vectors)
		r.CompareInt(r.classes, vectors*r.Lanes())
		r.Branch(simd.Greater, next)
		r.short(vectors)
		r.End()
		r.Label(next)
	}
	r.long()
	r.End()
}

// eachRow repeats the body until no element is left.
func (r *rows) eachRow(label string, body func()) {
	r.Label(label)
	r.TestInt(r.left)
	r.Branch(simd.Zero, label+"done")
	body()
	r.SubtractIntFrom(r.classes, r.left)
	r.Jump(label)
	r.Label(label + "done")
}

func (r *rows) exponentialOf(v, greatest simd.Vec) simd.Vec {
	return r.flushedExponential(r.Subtract(v, greatest), r.low)
}

// short keeps a row in registers, the last of which is not full or just so.
func (r *rows) short(vectors int) {
	rest := r.CopyInt(r.classes)
	r.SubtractFrom((vectors-1)*r.Lanes(), rest)
	tail := r.FirstLanes(rest)
	r.eachRow(fmt.Sprintf("short%d", vectors), func() {
		lanes := make([]simd.Lanes, vectors)
		lanes[vectors-1] = tail
		v := make([]simd.Vec, vectors)
		at := func(base simd.Int, i int) simd.Address { return simd.Address{Base: base, Offset: i * r.Bytes} }
		for i := range v {
			v[i] = r.LoadOr(at(r.z, i), lanes[i], r.none)
		}
		top := v[0]
		for _, other := range v[1:] {
			top = r.Max(top, other)
		}
		top = r.GreatestLane(top)
		sum := r.accumulator()
		for i := range v {
			v[i] = r.exponentialOf(v[i], top)
			r.accumulate(r.Widened(v[i]), sum)
		}
		inverse := r.finishRow(top, r.total(sum))
		if r.p != 0 {
			for i := range v {
				r.Store(r.Multiply(v[i], inverse), at(r.p, i), lanes[i])
			}
			r.Advance(r.p, r.classes, 4)
		}
		r.Advance(r.z, r.classes, 4)
	})
}

// long passes over a row two or three times.
func (r *rows) long() {
	rest := r.CopyInt(r.classes)
	r.AndWith(r.Lanes()-1, rest)
	r.tail = r.FirstLanes(rest)
	i := r.NewInt()
	// vectors runs the body for all vectors of the row, the last one masked; i
	// counts elements.
	vectors := func(label string, body func(lanes simd.Lanes)) {
		end := r.CopyInt(r.classes)
		r.SubtractIntFrom(rest, end)
		r.ClearInt(i)
		r.Label(label)
		body(simd.Lanes{})
		r.AddTo(r.Lanes(), i)
		r.CompareInts(i, end)
		r.Branch(simd.Less, label)
		r.TestInt(rest)
		r.Branch(simd.Zero, label+"done")
		body(r.tail)
		r.Label(label + "done")
	}
	at := func(base simd.Int) simd.Address { return simd.Address{Base: base, Index: i, Scale: 4} }
	r.eachRow("long", func() {
		top := r.Copy(r.none)
		vectors("maximum", func(lanes simd.Lanes) { r.Into(top).Max(top, r.LoadOr(at(r.z), lanes, r.none)) })
		top = r.GreatestLane(top)
		sum := r.accumulator()
		vectors("sum", func(lanes simd.Lanes) {
			e := r.exponentialOf(r.LoadOr(at(r.z), lanes, r.none), top)
			if r.p != 0 {
				r.Store(e, at(r.p), lanes)
			}
			r.accumulate(r.Widened(e), sum)
		})
		inverse := r.finishRow(top, r.total(sum))
		if r.p != 0 {
			vectors("scale", func(lanes simd.Lanes) { r.Store(r.Multiply(r.Load(at(r.p), lanes), inverse), at(r.p), lanes) })
			r.Advance(r.p, r.classes, 4)
		}
		r.Advance(r.z, r.classes, 4)
	})
}
