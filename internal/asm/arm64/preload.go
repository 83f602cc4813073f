package arm64

import "fmt"

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
