package simd

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// amd64 writes AVX-512 or AVX2 with avo.
type amd64 struct {
	wide  bool // AVX-512
	vecs  []reg.VecVirtual
	ints  []reg.GPVirtual
	masks []reg.Register // opmasks, or vectors of ones and zeros
	pool  constants
	table *Mem // of AVX2's masks
	steps *Mem // of AVX2's masks of steps
}

func newAMD64(wide bool) *amd64 {
	ConstraintExpr("!noasm")
	return &amd64{wide: wide, vecs: make([]reg.VecVirtual, 1), ints: make([]reg.GPVirtual, 1), masks: make([]reg.Register, 1)}
}

func (a *amd64) function(name, signature string, doc []string) {
	TEXT(name, NOSPLIT, "func"+signature)
	Doc(append([]string{name + " " + doc[0]}, doc[1:]...)...)
	Pragma("noescape")
}

func (a *amd64) end() {
	VZEROUPPER()
	RET()
}

func (a *amd64) interleave(n int, body func(i int)) {
	for i := range n {
		body(i)
	}
}

func (a *amd64) comment(lines []string) { Comment(lines...) }

func (a *amd64) generate() { Generate() }

func (a *amd64) newVec(Element) Vec {
	r := YMM()
	if a.wide {
		r = ZMM()
	}
	return a.vec(r)
}

func (a *amd64) vec(r reg.VecVirtual) Vec {
	a.vecs = append(a.vecs, r)
	return Vec(len(a.vecs) - 1)
}

func (a *amd64) newInt() Int {
	a.ints = append(a.ints, GP64())
	return Int(len(a.ints) - 1)
}

func (a *amd64) newMask(r reg.Register) Mask {
	a.masks = append(a.masks, r)
	return Mask(len(a.masks) - 1)
}

// low is the lower half of a vector.
func (a *amd64) low(x Vec) reg.Register {
	if a.wide {
		return a.vecs[x].AsY()
	}
	return a.vecs[x].AsX()
}

func (a *amd64) address(at Address) Mem {
	m := Mem{Base: a.ints[at.Base], Disp: at.Offset}
	if at.Index != 0 {
		m.Index, m.Scale = a.ints[at.Index], uint8(at.Scale)
	}
	return m
}

// operand is the register or the place in memory of an operand.
func (a *amd64) operand(o Operand) Op {
	switch o := o.(type) {
	case Vec:
		return a.vecs[o]
	case Address:
		return a.address(o)
	case Bits:
		return a.pool.at(o)
	}
	panic("no operand")
}

// copies of a constant lie side by side: one AVX2 register full. AVX-512 reads the first and broadcasts it, which costs
// nothing beside the load.
const copies = 8

// constants are operands in memory, kept out of the few registers.
type constants struct {
	table  Mem
	offset map[Bits]int
}

func (p *constants) at(c Bits) Mem {
	if p.offset == nil {
		p.table, p.offset = GLOBL("constants", RODATA|NOPTR), map[Bits]int{}
	}
	offset, ok := p.offset[c]
	if !ok {
		offset = 4 * copies * len(p.offset)
		p.offset[c] = offset
		for i := range copies {
			DATA(offset+4*i, U32(c))
		}
	}
	return p.table.Offset(offset)
}

func param(name string) Mem {
	at, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return at.Addr
}
