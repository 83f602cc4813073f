package arm64

import (
	"fmt"
	"math"
	"strings"
)

// places are where the words have the operands: the result, and up to three more.
var places = [...]int{0, 5, 16, 10}

// Op adds an instruction on whole vector registers, or their first elements, the
// result first:
//
//	f.Op("FADD", S4, d, n, m)   // FADD Vd.4S, Vn.4S, Vm.4S
//	f.Op("FMADD", S, d, n, m, a) // d = a + n·m
//	f.Op("FCMGT0", D2, d, n)     // FCMGT Vd.2D, Vn.2D, #0.0
//	f.Op("FCVTL", D2, d, n)      // FCVTL Vd.2D, Vn.2S
//
// The arrangement is the result's. FMLA, FMLS, BSL, BIT, BIF and those whose
// name ends in N2 read the result's register as well. table.go has all of them.
func (f *Func) Op(name string, a Arrangement, registers ...Register) {
	form := find(name, a)
	mustVector(name, registers...)
	if len(registers) != len(form.operands) {
		panic(fmt.Sprintf("arm64: %s has %d operands, not %d", name, len(form.operands), len(registers)))
	}
	i := Instruction{Reads: registers[1:], Writes: registers[:1]}
	if form.adds {
		i.Reads = registers
	}
	f.word(i, func(n numbering) (uint32, string) {
		word := form.word
		var operands []string
		for at, r := range registers {
			word |= uint32(n(r)) << places[at]
			operands = append(operands, form.operands[at].operand(n(r)))
		}
		if form.tail != "" {
			operands = append(operands, form.tail)
		}
		return word, strings.TrimSuffix(name, "0") + " " + strings.Join(operands, ", ")
	})
}

// OpLane adds d = n · m[lane] (FMUL), d + n·m[lane] (FMLA) or d − n·m[lane] (FMLS).
// With the arrangements S and D it is for the first element of d and n alone.
func (f *Func) OpLane(name string, a Arrangement, d, n, m Register, lane int) {
	mustVector(name, d, n, m)
	word, ok := map[string]uint32{"FMLA": 0x0f801000, "FMLS": 0x0f805000, "FMUL": 0x0f809000}[name]
	element := a.element()
	if !ok || element < 2 || a == Q {
		panic(fmt.Sprintf("arm64: there is no %s %s by a lane", name, a.operand(0)))
	}
	word |= a.quad()
	if a.scalar() {
		word |= 0x50000000
	}
	if element == 2 {
		word |= uint32(lane&1)<<21 | uint32(lane>>1)<<11
	} else {
		word |= 1<<22 | uint32(lane)<<11
	}
	_ = a.lane(0, lane)
	i := Instruction{Reads: []Register{d, n, m}, Writes: []Register{d}}
	if name == "FMUL" {
		i.Reads = i.Reads[1:]
	}
	f.word(i, func(num numbering) (uint32, string) {
		return word | uint32(num(m))<<16 | uint32(num(n))<<5 | uint32(num(d)),
			fmt.Sprintf("%s %s, %s, %s", name, a.operand(num(d)), a.operand(num(n)), a.lane(num(m), lane))
	})
}

// Shift adds a shift of every element by a constant: SHL to the left, SSHR and
// USHR to the right with and without sign, SLI and SRI keeping the bits of d that
// the shift would clear.
func (f *Func) Shift(name string, a Arrangement, d, n Register, by int) {
	mustVector(name, d, n)
	word, ok := map[string]uint32{
		"SHL": 0x0f005400, "SSHR": 0x0f000400, "USHR": 0x2f000400, "SLI": 0x2f005400, "SRI": 0x2f004400,
	}[name]
	size := 8 << a.element()
	left := name == "SHL" || name == "SLI"
	if !ok || a == S || a == Q || by < 0 || left && by >= size || !left && (by < 1 || by > size) {
		panic(fmt.Sprintf("arm64: there is no %s %s by %d", name, a.operand(0), by))
	}
	if left {
		word |= uint32(size+by) << 16
	} else {
		word |= uint32(2*size-by) << 16
	}
	word |= a.quad()
	if a.scalar() {
		word |= 0x50000000
	}
	i := Instruction{Reads: []Register{n}, Writes: []Register{d}}
	if name == "SLI" || name == "SRI" {
		i.Reads = []Register{d, n}
	}
	f.word(i, func(num numbering) (uint32, string) {
		return word | uint32(num(n))<<5 | uint32(num(d)),
			fmt.Sprintf("%s %s, %s, #%d", name, a.operand(num(d)), a.operand(num(n)), by)
	})
}

// Copy is d = n, all of the register.
func (f *Func) Copy(d, n Register) {
	f.Op("ORR", B16, d, n, n)
	f.list[len(f.list)-1].copy = true
}

// Extract is EXT: d = the 16 bytes from byte at of n followed by m.
func (f *Func) Extract(d, n, m Register, at int) {
	mustVector("EXT", d, n, m)
	if at < 0 || at > 15 {
		panic(fmt.Sprintf("arm64: EXT from byte %d", at))
	}
	f.word(Instruction{Reads: []Register{n, m}, Writes: []Register{d}}, func(num numbering) (uint32, string) {
		return 0x6e000000 | uint32(num(m))<<16 | uint32(at)<<11 | uint32(num(n))<<5 | uint32(num(d)),
			fmt.Sprintf("EXT %s, %s, %s, #%d", B16.operand(num(d)), B16.operand(num(n)), B16.operand(num(m)), at)
	})
}

// Clear is d = 0.
func (f *Func) Clear(d Register) {
	mustVector("MOVI", d)
	f.word(Instruction{Writes: []Register{d}}, func(num numbering) (uint32, string) {
		return 0x6f00e400 | uint32(num(d)), fmt.Sprintf("MOVI V%d.2D, #0", num(d))
	})
}

// Number sets every element of d to a number of the form ±(16…31)/16·2^(-3…4),
// which takes one instruction without memory. ok is false, and nothing is added,
// if the number is no such one.
func (f *Func) Number(a Arrangement, d Register, number float64) (ok bool) {
	mustVector("FMOV", d)
	var imm uint32
	for ; imm < 256; imm++ {
		if smallNumber(imm) == number {
			break
		}
	}
	if imm == 256 {
		return false
	}
	word, ok := map[Arrangement]uint32{S4: 0x4f00f400, S2: 0x0f00f400, D2: 0x6f00f400}[a]
	if !ok {
		panic(fmt.Sprintf("arm64: there is no FMOV %s of a number", a.operand(0)))
	}
	word |= imm>>5<<16 | imm&31<<5
	f.word(Instruction{Writes: []Register{d}}, func(num numbering) (uint32, string) {
		return word | uint32(num(d)), fmt.Sprintf("FMOV %s, #%.8f", a.operand(num(d)), number)
	})
	return true
}

// smallNumber is the number that the 8 bits abcdefgh of FMOV stand for:
// (−1)^a · (16 + efgh)/16 · 2^(bcd as a signed exponent).
func smallNumber(imm uint32) float64 {
	exponent := int(imm >> 4 & 3)
	if imm>>6&1 == 1 {
		exponent -= 3
	} else {
		exponent++
	}
	v := math.Ldexp(float64(16+imm&15)/16, exponent)
	if imm>>7 == 1 {
		return -v
	}
	return v
}
