package simd

import (
	"math"

	"github.com/gokfac/gokfac/internal/asm/arm64"
)

// instructions are the operations of two operands.
var instructions = map[vecOp]string{add: "FADD", subtract: "FSUB", multiply: "FMUL", divide: "FDIV", greater: "FMAX"}

var bitInstructions = map[vecOp]string{and: "AND", or: "ORR", xor: "EOR"}

func (n *neon) operate(e Element, op vecOp, x Vec, y Operand, to Vec) {
	a := whole(e)
	switch op {
	case addProduct:
		x, y := n.vec(x), n.operand(e, y)
		n.f.Op("FMLA", a, n.changed(to), x, y)
	case subtractProduct:
		x, y := n.vec(x), n.operand(e, y)
		n.f.Op("FMLS", a, n.changed(to), x, y)
	case nest:
		n.nest(e, x, y, to)
	case greatest:
		n.atLeast(e, x, n.operand(e, y), to)
	case least:
		n.atMost(e, x, n.operand(e, y), to)
	case and, or, xor:
		x := n.vec(x)
		b, constant := y.(Bits)
		switch {
		case constant && op == and && b == ^Bits(1<<31):
			n.f.Op("FABS", a, n.own(to), x)
		case constant && op == xor && b == 1<<31:
			n.f.Op("FNEG", a, n.own(to), x)
		default:
			y := n.operand(e, y)
			n.f.Op(bitInstructions[op], arm64.B16, n.own(to), x, y)
		}
	case addLanes:
		x, y := n.vec(x), n.operand(e, y)
		n.f.Op("ADD", arm64.S4, n.own(to), x, y)
	case subtractLanes:
		x, y := n.vec(x), n.operand(e, y)
		n.f.Op("SUB", arm64.S4, n.own(to), x, y)
	default:
		x, y := n.vec(x), n.operand(e, y)
		n.f.Op(instructions[op], a, n.own(to), x, y)
	}
}

// nest puts c where the sum will be, read from the pool if it is a constant, since the instruction adds to its result.
func (n *neon) nest(e Element, x Vec, c Operand, p Vec) {
	sum := n.f.Vec()
	switch c := c.(type) {
	case Bits:
		n.read(same(c), sum)
	default:
		n.f.Copy(sum, n.operand(e, c))
	}
	n.f.Op("FMLA", whole(e), sum, n.vec(p), n.vec(x))
	n.f.Copy(n.own(p), sum)
}

// atLeast is FMAX where no zero is compared with another, of which FMAX takes +0.
func (n *neon) atLeast(e Element, limit Vec, x arm64.Register, to Vec) {
	a := whole(e)
	l := n.vec(limit)
	c, constant := n.bitsOf(limit)
	switch below := n.f.Vec(); {
	case constant && c == 0:
		n.f.Op("FCMLT0", a, below, x)
		n.f.Op("BIC", arm64.B16, n.own(to), x, below)
	case constant:
		n.f.Op("FMAX", a, n.own(to), l, x)
	default:
		n.f.Op("FCMGT", a, below, l, x)
		n.f.Op("BSL", arm64.B16, below, l, x)
		n.f.Copy(n.own(to), below)
	}
}

// atMost is FMIN where no zero is compared with another, or +0 only, since FMIN takes −0.
func (n *neon) atMost(e Element, limit Vec, x arm64.Register, to Vec) {
	a := whole(e)
	l := n.vec(limit)
	if c, constant := n.bitsOf(limit); constant && c != 1<<31 {
		n.f.Op("FMIN", a, n.own(to), l, x)
		return
	}
	above := n.f.Vec()
	n.f.Op("FCMGT", a, above, x, l)
	n.f.Op("BSL", arm64.B16, above, l, x)
	n.f.Copy(n.own(to), above)
}

// positive is FMAX with +0, which takes +0 of two zeros.
func (n *neon) positive(e Element, x, zero, to Vec) {
	x1, zero1 := n.vec(x), n.vec(zero)
	n.f.Op("FMAX", whole(e), n.own(to), x1, zero1)
}

func (n *neon) convert(e Element, op vecOp, x, to Vec) {
	if op == clearOf {
		n.f.Clear(n.own(to))
		n.vecs[to].known = true // until it is changed
		return
	}
	from := n.vec(x)
	r := n.own(to)
	switch op {
	case copyOf:
		n.f.Copy(r, from)
	case root:
		n.f.Op("FSQRT", whole(e), r, from)
	case round:
		n.f.Op("FRINTN", whole(e), r, from)
	case toInt:
		n.f.Op("FCVTNS", arm64.S4, r, from)
	case fromInt:
		n.f.Op("SCVTF", arm64.S4, r, from)
	default:
		panic("simd: no such operation of one operand")
	}
}

func (n *neon) shift(op vecOp, by int, x, to Vec) {
	name := "SSHR"
	if op == shiftLanesLeft {
		name = "SHL"
	}
	from := n.vec(x)
	n.f.Shift(name, arm64.S4, n.own(to), from, by)
}

// constant shares the register with all vectors of that constant.
func (n *neon) constant(c Bits, to Vec) {
	if n.vecs[to].written {
		n.read(same(c), n.own(to))
		return
	}
	n.vecs[to] = vecState{r: n.held(same(c)), written: true, known: true, bits: c, shared: true, labels: n.labels}
}

func (n *neon) number(e Element, x float64, to Vec) {
	r := n.own(to)
	if n.f.Number(whole(e), r, x) {
		return
	}
	b := math.Float64bits(x)
	q := quad{uint32(b), uint32(b >> 32), uint32(b), uint32(b >> 32)}
	if e.Bytes == 4 {
		q = same(Number(x))
	}
	n.read(q, r)
}

func (n *neon) scalar(e Element, name string, to Vec) {
	first := n.f.Vec()
	n.f.Arg(name, first)
	n.f.Broadcast(whole(e), n.own(to), first, 0)
}

// scale takes two factors, of which the first is exact.
func (n *neon) scale(x, k, to Vec) {
	f := n.f
	whole, half, rest := f.Vec(), f.Vec(), f.Vec()
	f.Op("FCVTNS", arm64.S4, whole, n.vec(k))
	f.Shift("SSHR", arm64.S4, half, whole, 1)
	f.Op("SUB", arm64.S4, rest, whole, half)
	product := f.Vec()
	f.Op("FMUL", arm64.S4, product, n.vec(x), n.power(half))
	factor := n.power(rest)
	f.Op("FMUL", arm64.S4, n.own(to), product, factor)
}

// power is 2ᵏ of int32 from −126 to 127.
func (n *neon) power(k arm64.Register) arm64.Register {
	r := n.f.Vec()
	n.f.Shift("SHL", arm64.S4, r, k, exponent)
	n.f.Op("ADD", arm64.S4, r, r, n.held(same(Number(1))))
	return r
}

// scaleNormal adds k to the exponent's bits. The integer of a k that is NaN is 0, so that x stays NaN.
func (n *neon) scaleNormal(x, k, to Vec) {
	whole := n.f.Vec()
	n.f.Op("FCVTNS", arm64.S4, whole, n.vec(k))
	n.f.Shift("SHL", arm64.S4, whole, whole, exponent)
	from := n.vec(x)
	n.f.Op("ADD", arm64.S4, n.own(to), from, whole)
}

func (n *neon) powerOfTwo(k, _, to Vec) {
	whole := n.f.Vec()
	n.f.Op("FCVTNS", arm64.S4, whole, n.vec(k))
	p := n.power(whole)
	n.f.Copy(n.own(to), p)
}
