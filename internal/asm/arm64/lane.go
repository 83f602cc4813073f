package arm64

import "fmt"

// laneBits is the field imm5: the size of an element and which one it is.
func laneBits(a Arrangement, lane int) uint32 {
	_ = a.lane(0, lane)
	return uint32(2*lane+1) << a.element() << 16
}

// general is the integer register as operand of an instruction for vectors.
func general(a Arrangement, number int) string {
	if a.element() == 3 {
		return fmt.Sprintf("X%d", number)
	}
	return fmt.Sprintf("W%d", number)
}

// Broadcast sets every element of d to the lane of n; with the arrangements S
// and D only the first one, and the rest to 0.
func (f *Func) Broadcast(a Arrangement, d, n Register, lane int) {
	mustVector("DUP", d, n)
	word := 0x0e000400 | a.quad() | laneBits(a, lane)
	if a.scalar() {
		word |= 0x50000000
	}
	f.word(Instruction{Reads: []Register{n}, Writes: []Register{d}}, func(num numbering) (uint32, string) {
		return word | uint32(num(n))<<5 | uint32(num(d)), fmt.Sprintf("DUP %s, %s", a.operand(num(d)), a.lane(num(n), lane))
	})
}

// BroadcastInt sets every element of d to the integer.
func (f *Func) BroadcastInt(a Arrangement, d, n Register) {
	mustVector("DUP", d)
	mustInteger("DUP", n)
	if a.scalar() {
		panic("arm64: there is no DUP of one integer")
	}
	word := 0x0e000c00 | a.quad() | laneBits(a, 0)
	f.word(Instruction{Reads: []Register{n}, Writes: []Register{d}}, func(num numbering) (uint32, string) {
		return word | uint32(num(n))<<5 | uint32(num(d)), fmt.Sprintf("DUP %s, %s", a.operand(num(d)), general(a, num(n)))
	})
}

// GetLane sets an integer to a lane of n without sign (UMOV); a is S or D.
func (f *Func) GetLane(a Arrangement, d, n Register, lane int) {
	mustInteger("UMOV", d)
	mustVector("UMOV", n)
	word := 0x0e003c00 | laneBits(a, lane)
	if a.element() == 3 {
		word |= 1 << 30
	}
	f.word(Instruction{Reads: []Register{n}, Writes: []Register{d}}, func(num numbering) (uint32, string) {
		return word | uint32(num(n))<<5 | uint32(num(d)), fmt.Sprintf("UMOV %s, %s", general(a, num(d)), a.lane(num(n), lane))
	})
}

// LoadLane sets a lane of d to the element in memory (LD1); a is S or D.
func (f *Func) LoadLane(a Arrangement, d Register, lane int, at Address) {
	i := Instruction{Reads: append(at.reads(), d), Writes: append(at.writes(), d)}
	f.lane(i, "LD1", 1<<22, a, d, lane, at)
}

// StoreLane writes a lane of d (ST1); a is S or D.
func (f *Func) StoreLane(a Arrangement, d Register, lane int, at Address) {
	i := Instruction{Reads: append(at.reads(), d), Writes: at.writes()}
	f.lane(i, "ST1", 0, a, d, lane, at)
}

func (f *Func) lane(i Instruction, name string, load uint32, a Arrangement, d Register, lane int, at Address) {
	mustVector(name, d)
	_ = a.lane(0, lane)
	word := 0x0d000000 | load
	switch a.element() {
	case 2:
		word |= 0x8000 | uint32(lane>>1)<<30 | uint32(lane&1)<<12
	case 3:
		word |= 0x8400 | uint32(lane)<<30
	default:
		panic("arm64: lanes in memory are S or D")
	}
	f.structure(i, word, at, 1<<a.element(), func(num numbering) string {
		return fmt.Sprintf("%s {V%d.%s}[%d]", name, num(d), a.letter(), lane)
	}, d)
}

// structure adds an instruction of the kind LD1, whose address is a register,
// which may grow by the bytes that are moved or by a register afterwards.
func (f *Func) structure(i Instruction, word uint32, at Address, bytes int, syntax func(numbering) string, d Register) {
	mustInteger("an address", at.reads()...)
	grows := at.mode == post && at.offset == bytes
	if !grows && (at.mode != plain || at.offset != 0) {
		panic("arm64: LD1, LD1R and ST1 have no offset, and grow by what they move only")
	}
	f.word(i, func(num numbering) (uint32, string) {
		base := num(at.base)
		word, text := word|uint32(base)<<5|uint32(num(d)), fmt.Sprintf("%s, [X%d]", syntax(num), base)
		if grows {
			return word | 1<<23 | 31<<16, fmt.Sprintf("%s, #%d", text, bytes)
		}
		return word, text
	})
}
