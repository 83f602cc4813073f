package arm64

import "fmt"

// allocate gives every register of the function its number. Nothing is kept in memory for want of registers: a function
// that needs more than there are is an error.
//
// Every virtual register is first split into its webs (webs.go), which may lie in different registers, then the webs get
// numbers (colour.go), those of a copy the same one where that is possible. Such copies are dropped.
func (f *Func) allocate() (numbering, error) {
	list, number, err := f.registersOf(f.list)
	if err != nil {
		return nil, err
	}
	f.list = nil
	for _, i := range list {
		if d, s, ok := i.copies(); !ok || number(d) != number(s) {
			f.list = append(f.list, i)
		}
	}
	return number, nil
}

// registersOf splits the registers of a list, and returns the new list and its numbers.
func (f *Func) registersOf(list []Instruction) ([]Instruction, numbering, error) {
	virtual := false
	for _, i := range list {
		for _, r := range i.registers() {
			virtual = virtual || r.virtual
		}
	}
	if !virtual {
		return list, Register.Number, nil
	}
	list, err := f.splitWebs(list)
	if err != nil {
		return nil, nil, err
	}
	number, err := f.colour(list)
	return list, number, err
}

func (i Instruction) registers() []Register {
	return append(append([]Register{}, i.Reads...), i.Writes...)
}

// with is the instruction with other registers.
func (i Instruction) with(replacement map[Register]Register) Instruction {
	replaced := func(r Register) Register {
		if other, ok := replacement[r]; ok {
			return other
		}
		return r
	}
	all := func(registers []Register) []Register {
		var list []Register
		for _, r := range registers {
			list = append(list, replaced(r))
		}
		return list
	}
	render := i.render
	i.Reads, i.Writes, i.move = all(i.Reads), all(i.Writes), i.move.with(replaced)
	i.render = func(n numbering) string { return render(func(r Register) int { return n(replaced(r)) }) }
	return i
}

// copies is d and s if the instruction is d = s and nothing else, of two registers.
func (i Instruction) copies() (d, s Register, ok bool) {
	if !i.copy {
		return d, s, false
	}
	d, s = i.Writes[0], i.Reads[0]
	return d, s, d != s
}

func tooMany(name string, vector bool, count int) error {
	kind := "integer"
	if vector {
		kind = "vector"
	}
	return fmt.Errorf("%s needs more than the %d %s registers there are", name, count, kind)
}
