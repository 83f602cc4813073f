package arm64

import "fmt"

// goMove is the name of Go's instruction that moves an element.
func goMove(a Arrangement) string {
	switch a {
	case S:
		return "FMOVS"
	case D:
		return "FMOVD"
	case Q:
		return "FMOVQ"
	}
	panic("arm64: whole registers are moved as S, D or Q")
}

// Load reads the first S, D or Q of a vector register, and clears the rest.
func (f *Func) Load(a Arrangement, to Register, from Address) {
	mustVector("Load", to)
	f.move(a, to, from, true)
}

// Store writes the first S, D or Q of a vector register.
func (f *Func) Store(a Arrangement, from Register, to Address) {
	mustVector("Store", from)
	f.move(a, from, to, false)
}

func (f *Func) move(a Arrangement, r Register, at Address, load bool) {
	name := goMove(a)
	at.check(a.Bytes())
	i := Instruction{Reads: at.reads(), Writes: at.writes()}
	if load {
		i.Writes = append(i.Writes, r)
	} else {
		i.Reads = append(i.Reads, r)
	}
	if a == Q && at.mode == indexed { // Go has no such instruction
		f.word(i, func(n numbering) (uint32, string) { return indexedQuad(n(r), at, n, load) })
		return
	}
	if a == Q && at.mode == plain {
		i.move = &move{load, r, at}
	}
	f.transfer(i, name, at, load, func(n numbering) string { return goName(r, n) })
}

// transfer adds a load or a store that Go's assembler has: its operands are in the order of the data.
func (f *Func) transfer(i Instruction, name string, at Address, load bool, registers func(numbering) string) {
	i.render = func(n numbering) string {
		address, suffix := at.goSyntax(n)
		from, to := registers(n), address
		if load {
			from, to = to, from
		}
		return fmt.Sprintf("%s%s %s, %s", name, suffix, from, to)
	}
	f.add(i)
}

func indexedQuad(r int, at Address, n numbering, load bool) (uint32, string) {
	word, name, shift := uint32(0x3ca06800), "STR", ""
	if load {
		word, name = 0x3ce06800, "LDR"
	}
	if at.scale > 0 {
		word, shift = word|1<<12, fmt.Sprintf(", LSL #%d", at.scale)
	}
	base, index := n(at.base), n(at.index)
	return word | uint32(index)<<16 | uint32(base)<<5 | uint32(r), fmt.Sprintf("%s Q%d, [X%d, X%d%s]", name, r, base, index, shift)
}

// LoadPair reads two registers that lie side by side in memory.
func (f *Func) LoadPair(a Arrangement, first, second Register, from Address) {
	f.pair(a, first, second, from, true)
}

// StorePair writes two registers side by side.
func (f *Func) StorePair(a Arrangement, first, second Register, to Address) {
	f.pair(a, first, second, to, false)
}

func (f *Func) pair(a Arrangement, first, second Register, at Address, load bool) {
	mustVector("a pair", first, second)
	bytes := a.Bytes()
	if at.mode == indexed || at.offset%bytes != 0 || at.offset/bytes < -64 || at.offset/bytes > 63 {
		panic(fmt.Sprintf("arm64: no instruction for pairs has the offset %d", at.offset))
	}
	i := Instruction{Reads: at.reads(), Writes: at.writes()}
	name := map[Arrangement]string{S: "S", D: "D", Q: "Q"}[a]
	if load {
		name, i.Writes = "FLDP"+name, append(i.Writes, first, second)
	} else {
		name, i.Reads = "FSTP"+name, append(i.Reads, first, second)
	}
	f.transfer(i, name, at, load, func(n numbering) string {
		return fmt.Sprintf("(%s, %s)", goName(first, n), goName(second, n))
	})
}

// LoadInt reads an integer of 64 bits.
func (f *Func) LoadInt(to Register, from Address) { f.moveInt(to, from, true) }

// StoreInt writes an integer of 64 bits.
func (f *Func) StoreInt(from Register, to Address) { f.moveInt(from, to, false) }

func (f *Func) moveInt(r Register, at Address, load bool) {
	mustInteger("MOVD", r)
	at.check(8)
	i := Instruction{Reads: at.reads(), Writes: at.writes()}
	if load {
		i.Writes = append(i.Writes, r)
	} else {
		i.Reads = append(i.Reads, r)
	}
	f.transfer(i, "MOVD", at, load, func(n numbering) string { return goName(r, n) })
}

// Prefetch asks for a cache line that will be read soon, in the level 1 or 2 of
// the caches. Places that do not exist do no harm.
func (f *Func) Prefetch(level int, at Address) {
	name := fmt.Sprintf("PLDL%dKEEP", level)
	i := Instruction{Reads: at.reads()}
	if at.mode == indexed {
		if at.scale != 0 && at.scale != 3 {
			panic(fmt.Sprintf("arm64: no prefetch has the scale %d", at.scale))
		}
		f.word(i, func(n numbering) (uint32, string) {
			base, index := n(at.base), n(at.index)
			word, shift := uint32(0xf8a06800), ""
			if at.scale > 0 {
				word, shift = word|1<<12, ", LSL #3"
			}
			return word | uint32(index)<<16 | uint32(base)<<5 | uint32(2*(level-1)), fmt.Sprintf("PRFM %s, [X%d, X%d%s]", name, base, index, shift)
		})
		return
	}
	if at.mode != plain || at.offset < 0 || at.offset%8 != 0 || at.offset/8 >= 4096 {
		panic(fmt.Sprintf("arm64: no prefetch has the offset %d", at.offset))
	}
	i.render = func(n numbering) string {
		address, _ := at.goSyntax(n)
		return fmt.Sprintf("PRFM %s, %s", address, name)
	}
	f.add(i)
}
