package arm64

import "fmt"

// Capture returns what emit adds to the function, and does not add it.
func (f *Func) Capture(emit func()) []Instruction {
	before := f.list
	f.list = nil
	emit()
	captured := f.list
	f.list = before
	return captured
}

// Emit adds instructions that were captured.
func (f *Func) Emit(list ...Instruction) { f.list = append(f.list, list...) }

// Interleave mixes lists that do not depend on each other: one instruction of each in turn. Jumps have no place in them.
func Interleave(lists ...[]Instruction) []Instruction {
	var mixed []Instruction
	longest := 0
	for _, list := range lists {
		longest = max(longest, len(list))
		for _, i := range list {
			if i.Label != "" || i.Target != "" || i.Ends {
				panic("arm64: jumps cannot be interleaved")
			}
		}
	}
	for n := range longest {
		for _, list := range lists {
			// A shorter list is spread over the longest.
			from, to := n*len(list)/longest, (n+1)*len(list)/longest
			mixed = append(mixed, list[from:to]...)
		}
	}
	return mixed
}

// Constant is a register that never changes, and what fills it. Load must read fixed registers or other constants only.
type Constant struct {
	Register Register
	Load     func(to Register)
}

// Preload fills constants at the start of the function, in this order. Where registers are too few, those with the
// fewest readers are filled before each of their readers instead; the first `always` are never.
func (f *Func) Preload(always int, constants []Constant) error {
	readers := map[Register]int{}
	for _, i := range f.list {
		for _, r := range i.Reads {
			readers[r]++
		}
	}
	late := map[Register]Constant{}
	body := f.list
	for {
		list := f.Capture(func() {
			for _, c := range constants {
				if _, isLate := late[c.Register]; !isLate {
					c.Load(c.Register)
				}
			}
			f.lateConstants(body, late)
		})
		_, _, err := f.registersOf(list)
		if err == nil {
			f.list = list
			return nil
		}
		victim := -1
		for n, c := range constants {
			_, isLate := late[c.Register]
			if n >= always && !isLate && (victim < 0 || readers[c.Register] < readers[constants[victim].Register]) {
				victim = n
			}
		}
		if victim < 0 {
			return fmt.Errorf("even without constants: %w", err)
		}
		late[constants[victim].Register] = constants[victim]
	}
}

// lateConstants adds a list with constants filled before each reader.
func (f *Func) lateConstants(list []Instruction, late map[Register]Constant) {
	for _, i := range list {
		replacement := map[Register]Register{}
		for _, r := range i.Reads {
			c, isLate := late[r]
			if _, done := replacement[r]; isLate && !done {
				replacement[r] = f.newRegister(r.vector)
				c.Load(replacement[r])
			}
		}
		if len(replacement) > 0 {
			i = i.with(replacement)
		}
		f.Emit(i)
	}
}

// Base is the register of an address.
func (a Address) Base() Register { return a.base }

// Offset is the constant of an address.
func (a Address) Offset() int { return a.offset }
