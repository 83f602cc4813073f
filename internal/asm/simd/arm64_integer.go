package simd

import (
	mathbits "math/bits"

	"github.com/gokfac/gokfac/internal/asm/arm64"
)

// written is called for each integer that gets another value.
func (n *neon) written(r Int) arm64.Register {
	for at, in := range n.places {
		if at.Base == r || at.Index == r || in == r {
			delete(n.places, at)
		}
	}
	return n.ints[r]
}

func (n *neon) parameter(name, part string, to Int) {
	if part != "" {
		name += "_" + part
	}
	n.f.Arg(name, n.written(to))
}

func (n *neon) moveInt(from, to Int) { n.f.Move(n.written(to), n.ints[from]) }
func (n *neon) setInt(to Int, c int) { n.f.Const(n.written(to), uint64(c)) }
func (n *neon) clearInt(to Int)      { n.f.Const(n.written(to), 0) }
func (n *neon) loadInt(from Address, to Int) {
	at := n.address(from, 8)
	n.f.LoadInt(n.written(to), at)
}

func (n *neon) storeInt(x Int, to Address) { n.f.StoreInt(n.ints[x], n.address(to, 8)) }

// constantInt is a register with a number.
func (n *neon) constantInt(c int) arm64.Register {
	r := n.f.Int()
	n.f.Const(r, uint64(c))
	return r
}

func (n *neon) immediate(op intOp, c int, to Int) {
	r := n.written(to)
	switch op {
	case addInt, subtractInt:
		if c < 0 {
			op, c = addInt+subtractInt-op, -c
		}
		switch {
		case c >= 1<<12 && op == addInt:
			n.f.Add(r, r, n.constantInt(c))
		case c >= 1<<12:
			n.f.Sub(r, r, n.constantInt(c))
		case op == addInt:
			n.f.AddConst(r, r, c)
		default:
			n.f.SubConst(r, r, c)
		}
	case multiplyInt:
		if c > 0 && c&(c-1) == 0 {
			n.f.ShiftLeft(r, r, mathbits.TrailingZeros(uint(c)))
		} else {
			n.f.Mul(r, r, n.constantInt(c))
		}
	case andInt:
		n.f.AndConst(r, r, c)
	case shiftLeft:
		n.f.ShiftLeft(r, r, c)
	}
	n.last = to
}

func (n *neon) intOf(op intOp, x, to Int) {
	r := n.written(to)
	switch op {
	case addInt:
		n.f.Add(r, r, n.ints[x])
	case subtractInt:
		n.f.Sub(r, r, n.ints[x])
	default:
		panic("simd: no such operation of two registers")
	}
	n.last = to
}

func (n *neon) advance(to, count Int, scale int) {
	r := n.written(to)
	n.f.AddShifted(r, r, n.ints[count], mathbits.TrailingZeros(uint(scale)))
}

func (n *neon) beyond(base, index Int, scale int, to Int) {
	b, i := n.ints[base], n.ints[index]
	n.f.AddShifted(n.written(to), b, i, mathbits.TrailingZeros(uint(scale)))
}

func (n *neon) compareInt(x Int, c int) {
	n.f.CompareConst(n.ints[x], c)
	n.last = 0
}

func (n *neon) compareInts(x, y Int) {
	n.f.Compare(n.ints[x], n.ints[y])
	n.last = 0
}

func (n *neon) testInt(x Int) { n.last = x }

func (n *neon) label(name string) {
	n.forget()
	n.labels++
	n.f.Label(name)
}

func (n *neon) jump(name string) { n.f.Jump(name) }

// branch looks at the flags of a comparison, or at the result of another operation, which has set none.
func (n *neon) branch(c Condition, name string) {
	if n.last != 0 {
		r := n.ints[n.last]
		switch c {
		case Zero:
			n.f.JumpIfZero(r, name)
			return
		case NotZero:
			n.f.JumpIfNotZero(r, name)
			return
		case Less:
			n.f.JumpIfBit(r, 63, name)
			return
		case NotLess:
			n.f.JumpIfNotBit(r, 63, name)
			return
		}
		n.f.CompareConst(r, 0)
	}
	n.f.JumpIf([...]arm64.Condition{Zero: "EQ", NotZero: "NE", Less: "LT", NotLess: "GE", Greater: "GT", NotAbove: "LE"}[c], name)
}

func (n *neon) counter(name string) Counter {
	r := n.newInt()
	n.parameter(name, "", r)
	return Counter{r: r}
}

func (n *neon) down(c Counter) { n.immediate(subtractInt, 1, c.r) }

// while takes the step from the number first, so that one comparison is left in the loop.
func (n *neon) while(count Int, step int, label, _ string, body func()) {
	n.immediate(subtractInt, step, count)
	n.branch(Less, label+"over")
	n.label(label)
	body()
	n.immediate(subtractInt, step, count)
	n.branch(NotLess, label)
	n.label(label + "over")
	n.immediate(addInt, step, count)
}

// address is a place that an instruction can have which moves so many bytes.
func (n *neon) address(at Address, bytes int) arm64.Address {
	base := at.Base
	if at.Index != 0 {
		key := at
		key.Offset = 0
		sum, known := n.places[key]
		if !known {
			sum = n.newInt()
			n.f.AddShifted(n.ints[sum], n.ints[at.Base], n.ints[at.Index], mathbits.TrailingZeros(uint(at.Scale)))
			n.places[key] = sum
		}
		base = sum
	}
	scaled := at.Offset >= 0 && at.Offset%bytes == 0 && at.Offset/bytes < 1<<12
	if scaled || at.Offset >= -256 && at.Offset < 256 {
		return arm64.At(n.ints[base], at.Offset)
	}
	return arm64.At(n.plus(n.ints[base], at.Offset), 0)
}

// plus is r + offset in a register.
func (n *neon) plus(r arm64.Register, offset int) arm64.Register {
	sum := n.f.Int()
	switch {
	case offset < 0 && offset > -1<<12:
		n.f.SubConst(sum, r, -offset)
	case offset >= 0 && offset < 1<<12:
		n.f.AddConst(sum, r, offset)
	default:
		n.f.Add(sum, r, n.constantInt(offset))
	}
	return sum
}
