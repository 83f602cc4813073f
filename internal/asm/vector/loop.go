package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// loop goes through slices from front to back. A step is some slots, each one
// vector wide; the last step, where elements are missing, is the same code under
// masks, which neither read nor write beyond the slices.
type loop struct {
	precision
	vector
	lanes, slots int // elements of a slot, slots of a step
	index        reg.Register
	base         map[string]reg.Register
	masked       bool
	widths       []int                // bytes of an element, of all kinds of slices
	edge         map[int]reg.Register // AVX2: where the masks start, by bytes of an element
}

// start begins a kernel with the given signature, in which T is the element
// type. doc is its body in Go.
func start(p precision, v vector, name, signature, doc string) {
	element := func(s string) string { return strings.ReplaceAll(s, "T", p.goType) }
	TEXT(name, NOSPLIT, element(signature))
	lines := []string{name + " is", ""}
	for _, line := range strings.Split(strings.Trim(doc, "\n"), "\n") {
		lines = append(lines, "\t"+element(line))
	}
	Doc(lines...)
	Pragma("noescape")
}

// newLoop loads the addresses of slices.
func newLoop(p precision, v vector, lanes, slots int, slices ...string) *loop {
	l := &loop{precision: p, vector: v, lanes: lanes, slots: slots, widths: []int{p.bytes}, base: map[string]reg.Register{}}
	for _, s := range slices {
		l.base[s] = Load(Param(s).Base(), GP64())
	}
	l.index = GP64()
	return l
}

// run writes the steps over as many elements as the slice named first has.
// label tells one loop of a function from another.
func (l *loop) run(label, first string, step func()) {
	l.over(label, Load(Param(first).Len(), GP64()), step)
}

// over is run for n elements. It changes n.
func (l *loop) over(label string, n reg.Register, step func()) {
	elements := I32(l.lanes * l.slots)
	XORQ(l.index, l.index)
	SUBQ(elements, n)
	JLT(LabelRef(label + "rest"))
	Label(label + "loop")
	step()
	ADDQ(elements, l.index)
	SUBQ(elements, n)
	JGE(LabelRef(label + "loop"))
	Label(label + "rest")
	ADDQ(elements, n)
	JZ(LabelRef(label + "done"))
	l.mask(n)
	l.masked = true
	step()
	l.masked = false
	Label(label + "done")
}

// mask lets the first n elements of a step pass.
func (l *loop) mask(n reg.Register) {
	if l.isa == "avx512" {
		l.setOpmasks(n)
		return
	}
	l.edge = map[int]reg.Register{}
	for _, bytes := range l.widths {
		back, edge := GP64(), GP64()
		IMUL3Q(I32(bytes), n, back)
		LEAQ(maskTable().Offset(maskOnes), edge)
		SUBQ(back, edge)
		l.edge[bytes] = edge
	}
}

// opmasks are the masks of the slots of a step; K0 means no mask.
var opmasks = []reg.Register{reg.K1, reg.K2, reg.K3, reg.K4}

func (l *loop) setOpmasks(n reg.Register) {
	ones := GP64()
	MOVQ(I32(-1), ones)
	BZHIQ(n, ones, ones)
	for slot := range l.slots {
		slotOnes := GP64()
		MOVQ(ones, slotOnes)
		if slot > 0 {
			SHRQ(U8(slot*l.lanes), slotOnes)
		}
		ANDQ(I32(1<<l.lanes-1), slotOnes) // a store of half a register has 16 lanes too
		KMOVW(slotOnes.As32(), opmasks[slot])
	}
}

// maskOnes is the number of bytes of ones in maskTable, and of the zeros after them:
// the length of the longest step.
const maskOnes = 128

var table *Mem

// maskTable is where AVX2 reads the masks of n elements: from n elements before
// the end of the ones.
func maskTable() Mem {
	if table == nil {
		m := GLOBL("tailmask", RODATA|NOPTR)
		for at := 0; at < maskOnes; at += 8 {
			DATA(at, U64(1<<64-1))
		}
		for at := maskOnes; at < 2*maskOnes; at += 8 {
			DATA(at, U64(0))
		}
		table = &m
	}
	return *table
}

// at is where a slot of a slice with elements of so many bytes lies.
func (l *loop) at(slice string, slot, bytes int) Mem {
	return Mem{Base: l.base[slice], Index: l.index, Scale: uint8(bytes), Disp: slot * l.lanes * bytes}
}

// edgeMask is the mask of a slot as AVX2 has it.
func (l *loop) edgeMask(slot, bytes int) reg.VecVirtual {
	m := YMM()
	VMOVUPS(Mem{Base: l.edge[bytes], Disp: slot * l.lanes * bytes}, m)
	return m
}

// load reads a slot: of whole vectors of the loop's own elements.
func (l *loop) load(slice string, slot int) reg.VecVirtual {
	r, from := l.register(), l.at(slice, slot, l.precision.bytes)
	switch {
	case !l.masked:
		l.move(from, r)
	case l.isa == "avx512":
		l.choose(func(o ...Op) { VMOVUPS_Z(o[0], o[1], o[2]) }, func(o ...Op) { VMOVUPD_Z(o[0], o[1], o[2]) }, from, opmasks[slot], r)
	default:
		l.choose(func(o ...Op) { VMASKMOVPS(o[0], o[1], o[2]) }, func(o ...Op) { VMASKMOVPD(o[0], o[1], o[2]) }, from, l.edgeMask(slot, l.precision.bytes), r)
	}
	return r
}

// store writes a slot.
func (l *loop) store(r reg.VecVirtual, slice string, slot int) {
	to := l.at(slice, slot, l.precision.bytes)
	switch {
	case !l.masked:
		l.move(r, to)
	case l.isa == "avx512":
		l.choose(func(o ...Op) { VMOVUPS(o...) }, func(o ...Op) { VMOVUPD(o...) }, r, opmasks[slot], to)
	default:
		l.choose(func(o ...Op) { VMASKMOVPS(o[0], o[1], o[2]) }, func(o ...Op) { VMASKMOVPD(o[0], o[1], o[2]) }, r, l.edgeMask(slot, l.precision.bytes), to)
	}
}

// loadWide reads a slot, one vector wide in float64, of elements of either
// precision.
func (l *loop) loadWide(slice string, slot int) reg.VecVirtual {
	if l.precision.bytes == 8 {
		return l.load(slice, slot)
	}
	r, from := l.register(), l.at(slice, slot, 4)
	switch {
	case !l.masked:
		VCVTPS2PD(from, r)
	case l.isa == "avx512":
		VCVTPS2PD_Z(from, opmasks[slot], r)
	default:
		VMASKMOVPS(from, l.edgeMask(slot, 4).AsX(), r.AsX())
		VCVTPS2PD(r.AsX(), r)
	}
	return r
}
