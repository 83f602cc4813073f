package arm64

import "fmt"

// three adds a Go instruction with one result and two operands.
func (f *Func) three(name string, d, n, m Register) {
	mustInteger(name, d, n, m)
	f.add(Instruction{Reads: []Register{n, m}, Writes: []Register{d}, render: func(num numbering) string {
		return fmt.Sprintf("%s %s, %s, %s", name, goName(m, num), goName(n, num), goName(d, num))
	}})
}

// constant adds a Go instruction with one result, one operand and a constant.
func (f *Func) constant(name string, d, n Register, c int) {
	mustInteger(name, d, n)
	f.add(Instruction{Reads: []Register{n}, Writes: []Register{d}, render: func(num numbering) string {
		return fmt.Sprintf("%s $%d, %s, %s", name, c, goName(n, num), goName(d, num))
	}})
}

// Add is d = n + m.
func (f *Func) Add(d, n, m Register) { f.three("ADD", d, n, m) }

// Sub is d = n − m.
func (f *Func) Sub(d, n, m Register) { f.three("SUB", d, n, m) }

// Mul is d = n · m.
func (f *Func) Mul(d, n, m Register) { f.three("MUL", d, n, m) }

// And is d = n & m.
func (f *Func) And(d, n, m Register) { f.three("AND", d, n, m) }

// Or is d = n | m.
func (f *Func) Or(d, n, m Register) { f.three("ORR", d, n, m) }

// AddConst is d = n + c, 0 ≤ c < 4096.
func (f *Func) AddConst(d, n Register, c int) { f.small("ADD", d, n, c) }

// SubConst is d = n − c, 0 ≤ c < 4096.
func (f *Func) SubConst(d, n Register, c int) { f.small("SUB", d, n, c) }

// SubsConst is SubConst, and sets the conditions that a comparison of n with c sets.
func (f *Func) SubsConst(d, n Register, c int) { f.small("SUBS", d, n, c) }

func (f *Func) small(name string, d, n Register, c int) {
	if c < 0 || c >= 4096 {
		panic(fmt.Sprintf("arm64: %s of %d, not below 4096", name, c))
	}
	f.constant(name, d, n, c)
}

// AndConst is d = n & c, for c of consecutive ones.
func (f *Func) AndConst(d, n Register, c int) { f.constant("AND", d, n, c) }

// ShiftLeft is d = n << c.
func (f *Func) ShiftLeft(d, n Register, c int) { f.constant("LSL", d, n, c) }

// ShiftRight is d = n >> c without sign.
func (f *Func) ShiftRight(d, n Register, c int) { f.constant("LSR", d, n, c) }

// AddShifted is d = n + m<<c.
func (f *Func) AddShifted(d, n, m Register, c int) {
	mustInteger("ADD", d, n, m)
	f.add(Instruction{Reads: []Register{n, m}, Writes: []Register{d}, render: func(num numbering) string {
		return fmt.Sprintf("ADD %s<<%d, %s, %s", goName(m, num), c, goName(n, num), goName(d, num))
	}})
}

// Move is d = n.
func (f *Func) Move(d, n Register) {
	mustInteger("MOVD", d, n)
	f.add(Instruction{Reads: []Register{n}, Writes: []Register{d}, copy: true, render: func(num numbering) string {
		return fmt.Sprintf("MOVD %s, %s", goName(n, num), goName(d, num))
	}})
}

// Const is d = c. Constants of more than 16 bits take several instructions.
func (f *Func) Const(d Register, c uint64) {
	mustInteger("MOVD", d)
	f.add(Instruction{Writes: []Register{d}, render: func(num numbering) string {
		return fmt.Sprintf("MOVD $0x%x, %s", c, goName(d, num))
	}})
}

// Compare sets the conditions of n − m.
func (f *Func) Compare(n, m Register) {
	mustInteger("CMP", n, m)
	f.add(Instruction{Reads: []Register{n, m}, render: func(num numbering) string {
		return fmt.Sprintf("CMP %s, %s", goName(m, num), goName(n, num))
	}})
}

// CompareConst sets the conditions of n − c, 0 ≤ c < 4096.
func (f *Func) CompareConst(n Register, c int) {
	mustInteger("CMP", n)
	if c < 0 || c >= 4096 {
		panic(fmt.Sprintf("arm64: a comparison with %d, not below 4096", c))
	}
	f.add(Instruction{Reads: []Register{n}, render: func(num numbering) string {
		return fmt.Sprintf("CMP $%d, %s", c, goName(n, num))
	}})
}

// Condition is the name of a condition: EQ, NE, LT, LE, GT, GE with sign, LO, LS, HI, HS without.
type Condition string

// Choose is d = n if the conditions hold, else m.
func (f *Func) Choose(c Condition, d, n, m Register) {
	mustInteger("CSEL", d, n, m)
	f.add(Instruction{Reads: []Register{n, m}, Writes: []Register{d}, render: func(num numbering) string {
		return fmt.Sprintf("CSEL %s, %s, %s, %s", c, goName(n, num), goName(m, num), goName(d, num))
	}})
}

// Jump goes to a label.
func (f *Func) Jump(label string) {
	f.add(Instruction{Target: label, Ends: true, render: text("B " + label)})
}

// JumpIf goes to a label if the conditions hold.
func (f *Func) JumpIf(c Condition, label string) {
	f.add(Instruction{Target: label, render: text(fmt.Sprintf("B%s %s", c, label))})
}

// JumpIfZero goes to a label if n is 0.
func (f *Func) JumpIfZero(n Register, label string) { f.jumpOn("CBZ", n, label) }

// JumpIfNotZero goes to a label if n is not 0.
func (f *Func) JumpIfNotZero(n Register, label string) { f.jumpOn("CBNZ", n, label) }

func (f *Func) jumpOn(name string, n Register, label string) {
	mustInteger(name, n)
	f.add(Instruction{Reads: []Register{n}, Target: label, render: func(num numbering) string {
		return fmt.Sprintf("%s %s, %s", name, goName(n, num), label)
	}})
}

// JumpIfBit goes to a label if the bit of n is 1.
func (f *Func) JumpIfBit(n Register, bit int, label string) { f.jumpOnBit("TBNZ", n, bit, label) }

// JumpIfNotBit goes to a label if the bit of n is 0.
func (f *Func) JumpIfNotBit(n Register, bit int, label string) { f.jumpOnBit("TBZ", n, bit, label) }

func (f *Func) jumpOnBit(name string, n Register, bit int, label string) {
	mustInteger(name, n)
	f.add(Instruction{Reads: []Register{n}, Target: label, render: func(num numbering) string {
		return fmt.Sprintf("%s $%d, %s, %s", name, bit, goName(n, num), label)
	}})
}
