package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rows walks over the rows of z: their maximum, then e^(z-max) and its sum. A
// maximum that misses a NaN does no harm: z-max has it, and with it the sum.
type rows struct {
	machine
	z, p          reg.Register // p is nil where the exponentials are not kept
	left, classes reg.GPVirtual
	none, low     reg.VecVirtual // -Inf; flushed
	tail          mask           // of the last vector
	finishRow     func(greatest, total reg.VecVirtual) reg.VecVirtual
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
	r := rows{machine: m, p: Load(Param("p").Base(), GP64())}
	r.emit(func(_, total reg.VecVirtual) reg.VecVirtual {
		x := total.AsX()
		unit, inverse := XMM(), m.register()
		VCVTSD2SS(x, x, x)
		VMOVSS(number(1), unit)
		VDIVSS(x, unit, x)
		VBROADCASTSS(x, inverse)
		return inverse
	})
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
	maxima, sums := Load(Param("maxima"), GP64()), Load(Param("sums"), GP64())
	r := rows{machine: m}
	r.emit(func(greatest, total reg.VecVirtual) reg.VecVirtual {
		VMOVSS(greatest.AsX(), Mem{Base: maxima})
		VMOVSD(total.AsX(), Mem{Base: sums})
		ADDQ(U8(4), maxima)
		ADDQ(U8(8), sums)
		return nil
	})
}

// emit writes the loops over rows: those that fit into one register or, with
// AVX2, two, and longer ones.
func (r *rows) emit(finishRow func(greatest, total reg.VecVirtual) reg.VecVirtual) {
	r.finishRow = finishRow
	r.z = Load(Param("z").Base(), GP64())
	r.left = Load(Param("z").Len(), GP64()).(reg.GPVirtual)
	r.classes = Load(Param("classes"), GP64()).(reg.GPVirtual)
	r.none, r.low = r.constant(bits(minusInf)), r.constant(number(flushed))
	short := []int{1, 2}
	if r.wide {
		short = []int{1}
	}
	for _, vectors := range short {
		next := fmt.Sprintf("beyond%d", vectors)
		CMPQ(r.classes, U8(vectors*r.lanes()))
		JGT(LabelRef(next))
		r.short(vectors)
		finish()
		Label(next)
	}
	r.long()
	finish()
}

// eachRow repeats the body until no element is left.
func (r *rows) eachRow(label string, body func()) {
	Label(label)
	TESTQ(r.left, r.left)
	JZ(LabelRef(label + "done"))
	body()
	SUBQ(r.classes, r.left)
	JMP(LabelRef(label))
	Label(label + "done")
}

func (r *rows) exponentialOf(v, greatest reg.VecVirtual) reg.VecVirtual {
	return r.flushedExponential(r.subtract(v, greatest), r.low)
}

// short keeps a row in registers, the last of which is not full or just so.
func (r *rows) short(vectors int) {
	rest := GP64()
	MOVQ(r.classes, rest)
	SUBQ(U8((vectors-1)*r.lanes()), rest)
	tail := r.firstLanes(rest)
	r.eachRow(fmt.Sprintf("short%d", vectors), func() {
		masks := make([]mask, vectors)
		masks[vectors-1] = tail
		v := make([]reg.VecVirtual, vectors)
		at := func(base reg.Register, i int) Mem { return Mem{Base: base, Disp: i * r.bytes} }
		for i := range v {
			v[i] = r.loadOr(at(r.z, i), masks[i], r.none)
		}
		top := v[0]
		for _, other := range v[1:] {
			top = r.atLeast(top, other)
		}
		top = r.greatest(top)
		sum := r.accumulator()
		for i := range v {
			v[i] = r.exponentialOf(v[i], top)
			sum.add(r.widened(v[i]))
		}
		inverse := r.finishRow(top, r.total(sum))
		if r.p != nil {
			for i := range v {
				r.store(r.multiply(v[i], inverse), at(r.p, i), masks[i])
			}
			LEAQ(Mem{Base: r.p, Index: r.classes, Scale: 4}, r.p)
		}
		LEAQ(Mem{Base: r.z, Index: r.classes, Scale: 4}, r.z)
	})
}

// long passes over a row two or three times.
func (r *rows) long() {
	rest := GP64()
	MOVQ(r.classes, rest)
	ANDQ(U8(r.lanes()-1), rest)
	r.tail = r.firstLanes(rest)
	i := GP64()
	// vectors runs the body for all vectors of the row, the last one masked; i
	// counts elements.
	vectors := func(label string, body func(k mask)) {
		end := GP64()
		MOVQ(r.classes, end)
		SUBQ(rest, end)
		XORQ(i, i)
		Label(label)
		body(nil)
		ADDQ(U8(r.lanes()), i)
		CMPQ(i, end)
		JLT(LabelRef(label))
		TESTQ(rest, rest)
		JZ(LabelRef(label + "done"))
		body(r.tail)
		Label(label + "done")
	}
	at := func(base reg.Register) Mem { return Mem{Base: base, Index: i, Scale: 4} }
	r.eachRow("long", func() {
		top := r.copy(r.none)
		vectors("maximum", func(k mask) { VMAXPS(r.loadOr(at(r.z), k, r.none), top, top) })
		top = r.greatest(top)
		sum := r.accumulator()
		vectors("sum", func(k mask) {
			e := r.exponentialOf(r.loadOr(at(r.z), k, r.none), top)
			if r.p != nil {
				r.store(e, at(r.p), k)
			}
			sum.add(r.widened(e))
		})
		inverse := r.finishRow(top, r.total(sum))
		if r.p != nil {
			vectors("scale", func(k mask) { r.store(r.multiply(r.load(at(r.p), k), inverse), at(r.p), k) })
			LEAQ(Mem{Base: r.p, Index: r.classes, Scale: 4}, r.p)
		}
		LEAQ(Mem{Base: r.z, Index: r.classes, Scale: 4}, r.z)
	})
}
