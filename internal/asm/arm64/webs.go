package arm64

import "fmt"

// web is a set of the places where a register gets a value, joined where a reader may see the value of either. It is
// part of a forest, in which the root stands for all.
type web struct {
	parent *web
	name   Register // of the root
}

func (w *web) root() *web {
	for w.parent != nil {
		w = w.parent
	}
	return w
}

func join(a, b *web) {
	if a, b = a.root(), b.root(); a != b {
		b.parent = a
	}
}

// splitWebs gives each web of a virtual register a register of its own. A register that an instruction reads and writes
// is one, because its place in the word is. A register that is read without having been written is an error.
func (f *Func) splitWebs(list []Instruction) ([]Instruction, error) {
	used, err := f.findWebs(list)
	if err != nil {
		return nil, err
	}
	named := map[*web]bool{}
	split := make([]Instruction, len(list))
	for n, i := range list {
		replacement := map[Register]Register{}
		for _, r := range i.registers() {
			if w := used[n][r]; w != nil {
				w = w.root()
				if !named[w] {
					named[w], w.name = true, f.newRegister(r.vector)
				}
				replacement[r] = w.name
			}
		}
		if len(replacement) > 0 {
			i = i.with(replacement)
		}
		split[n] = i
	}
	return split, nil
}

// findWebs returns the web of each virtual register of each instruction.
func (f *Func) findWebs(list []Instruction) ([]map[Register]*web, error) {
	s := &webSearch{flow: newFlow(list), function: f.name, atLabel: map[place]*web{}, now: map[Register]*web{}}
	used := make([]map[Register]*web, len(list))
	goesOn := true // from the instruction before
	for n, i := range list {
		if i.Label != "" {
			if goesOn {
				if err := s.jump(i.Label); err != nil {
					return nil, err
				}
			}
			s.land(i.Label)
			goesOn = true
		}
		var err error
		if used[n], err = s.pass(i); err != nil {
			return nil, err
		}
		if i.Target != "" {
			if err := s.jump(i.Target); err != nil {
				return nil, err
			}
		}
		if i.Ends {
			goesOn, s.now = false, map[Register]*web{}
		}
	}
	return used, nil
}

// webSearch goes through a function from front to back.
type webSearch struct {
	*flow
	function string
	now      map[Register]*web // of the value that each register has
	atLabel  map[place]*web    // of the values that registers have at labels
}

// place is a register at a label.
type place struct {
	label string
	r     Register
}

// webAt is the web of the values that a register has at a label.
func (s *webSearch) webAt(label string, r Register) *web {
	p := place{label, r}
	if s.atLabel[p] == nil {
		s.atLabel[p] = &web{}
	}
	return s.atLabel[p]
}

// needed calls do for the virtual registers whose values are needed at a label.
func (s *webSearch) needed(label string, do func(Register)) {
	s.before[s.labels[label]].each(func(index int) {
		if r := s.registers[index]; r.virtual {
			do(r)
		}
	})
}

// jump joins the values that registers have now to those at a label.
func (s *webSearch) jump(label string) (err error) {
	s.needed(label, func(r Register) {
		if s.now[r] == nil {
			err = fmt.Errorf("%s: %s is read after %s, but not always written before", s.function, r, label)
			return
		}
		join(s.webAt(label, r), s.now[r])
	})
	return err
}

// land goes on at a label, with the values of all that jump there.
func (s *webSearch) land(label string) {
	s.now = map[Register]*web{}
	s.needed(label, func(r Register) { s.now[r] = s.webAt(label, r) })
}

// pass returns the webs of an instruction's virtual registers, and goes past it.
func (s *webSearch) pass(i Instruction) (map[Register]*web, error) {
	used := map[Register]*web{}
	for _, r := range i.Reads {
		if !r.virtual {
			continue
		}
		if s.now[r] == nil {
			return nil, fmt.Errorf("%s: %s is read before it is written", s.function, r)
		}
		used[r] = s.now[r]
	}
	for _, r := range i.Writes {
		if !r.virtual {
			continue
		}
		if used[r] == nil {
			used[r] = &web{}
		}
		s.now[r] = used[r]
	}
	return used, nil
}
