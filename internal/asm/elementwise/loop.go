package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// chunk is one vector of every slice of a kernel.
type chunk struct {
	machine
	slices map[string]reg.Register
	offset int
	tail   mask // nil where all lanes are there
}

func (c chunk) at(name string) Mem                  { return Mem{Base: c.slices[name], Disp: c.offset} }
func (c chunk) read(name string) reg.VecVirtual     { return c.load(c.at(name), c.tail) }
func (c chunk) write(name string, x reg.VecVirtual) { c.store(x, c.at(name), c.tail) }

// function starts a kernel and its doc: the Go loop it stands for.
func (m machine) function(name, signature string, doc ...string) {
	TEXT(name+m.isa, NOSPLIT, "func"+signature)
	Doc(append([]string{name + m.isa + " is", ""}, doc...)...)
	Pragma("noescape")
}

// forEach runs the body for every vector of the slices, which all have the
// length of the first, unroll of them per trip.
func (m machine) forEach(unroll int, body func(c chunk), names ...string) {
	n := Load(Param(names[0]).Len(), GP64())
	c := chunk{machine: m, slices: map[string]reg.Register{}}
	for _, name := range names {
		c.slices[name] = Load(Param(name).Base(), GP64())
	}
	trips := []struct {
		label, next string
		vectors     int
	}{{"many", "one", unroll}, {"one", "tail", 1}}
	for _, t := range trips {
		if t.label == "many" && unroll == 1 {
			continue
		}
		Label(t.label)
		CMPQ(n, U32(uint32(t.vectors*m.lanes())))
		JLT(LabelRef(t.next))
		for i := range t.vectors {
			c.offset = i * m.bytes
			body(c)
		}
		c.offset = 0
		for _, name := range names {
			ADDQ(U32(uint32(t.vectors*m.bytes)), c.slices[name])
		}
		SUBQ(U32(uint32(t.vectors*m.lanes())), n)
		JMP(LabelRef(t.label))
	}
	Label("tail")
	TESTQ(n, n)
	JZ(LabelRef("done"))
	c.tail = m.firstLanes(n)
	body(c)
	Label("done")
}

func finish() {
	VZEROUPPER()
	RET()
}
