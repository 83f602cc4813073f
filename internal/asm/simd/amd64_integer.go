package simd

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

func (a *amd64) parameter(name, part string, to Int) {
	p := Param(name)
	switch part {
	case "base":
		p = p.Base()
	case "len":
		p = p.Len()
	}
	Load(p, a.ints[to])
}

func (a *amd64) moveInt(from, to Int)         { MOVQ(a.ints[from], a.ints[to]) }
func (a *amd64) setInt(to Int, n int)         { MOVQ(I32(n), a.ints[to]) }
func (a *amd64) clearInt(r Int)               { XORQ(a.ints[r], a.ints[r]) }
func (a *amd64) loadInt(from Address, to Int) { MOVQ(a.address(from), a.ints[to]) }
func (a *amd64) storeInt(x Int, to Address)   { MOVQ(a.ints[x], a.address(to)) }
func (a *amd64) compareInt(x Int, n int)      { CMPQ(a.ints[x], I32(n)) }
func (a *amd64) compareInts(x, y Int)         { CMPQ(a.ints[x], a.ints[y]) }
func (a *amd64) testInt(x Int)                { TESTQ(a.ints[x], a.ints[x]) }

func (a *amd64) immediate(op intOp, n int, to Int) {
	r := a.ints[to]
	switch op {
	case addInt:
		ADDQ(I32(n), r)
	case subtractInt:
		SUBQ(I32(n), r)
	case multiplyInt:
		IMUL3Q(I32(n), r, r)
	case andInt:
		ANDQ(I32(n), r)
	case shiftLeft:
		SHLQ(U8(n), r)
	}
}

func (a *amd64) intOf(op intOp, x, to Int) {
	switch op {
	case addInt:
		ADDQ(a.ints[x], a.ints[to])
	case subtractInt:
		SUBQ(a.ints[x], a.ints[to])
	default:
		panic("no such operation of two registers")
	}
}

func (a *amd64) advance(to, count Int, scale int) {
	LEAQ(Mem{Base: a.ints[to], Index: a.ints[count], Scale: uint8(scale)}, a.ints[to])
}

func (a *amd64) beyond(base, index Int, scale int, to Int) {
	LEAQ(Mem{Base: a.ints[base], Index: a.ints[index], Scale: uint8(scale)}, a.ints[to])
}

func (a *amd64) label(name string) { Label(name) }
func (a *amd64) jump(name string)  { JMP(LabelRef(name)) }

func (a *amd64) branch(c Condition, name string) {
	[...]func(Op){Zero: JZ, NotZero: JNZ, Less: JLT, NotLess: JGE, Greater: JGT, NotAbove: JLE}[c](LabelRef(name))
}

// counter stays in the memory of the parameters.
func (a *amd64) counter(name string) Counter { return Counter{name: name} }

func (a *amd64) down(c Counter) {
	if c.r != 0 {
		DECQ(a.ints[c.r])
		return
	}
	DECQ(param(c.name))
}

func (a *amd64) while(count Int, step int, label, next string, body func()) {
	Label(label)
	a.compareInt(count, step)
	a.branch(Less, next)
	body()
	a.immediate(subtractInt, step, count)
	JMP(LabelRef(label))
}
