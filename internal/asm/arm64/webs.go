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
	g := newFlow(list)
	type place struct {
		label string
		r     Register
	}
	labels := map[string]int{}
	for n, i := range list {
		if i.Label != "" {
			labels[i.Label] = n
		}
	}
	atLabel := map[place]*web{}
	meet := func(label string, now map[Register]*web) error {
		var missing error
		g.before[labels[label]].each(func(index int) {
			r := g.registers[index]
			if !r.virtual {
				return
			}
			if now[r] == nil {
				missing = fmt.Errorf("%s: %s is read after %s, but not always written before", f.name, r, label)
				return
			}
			p := place{label, r}
			if atLabel[p] == nil {
				atLabel[p] = &web{}
			}
			join(atLabel[p], now[r])
		})
		return missing
	}
	now := map[Register]*web{}
	goesOn := true
	used := make([]map[Register]*web, len(list))
	for n, i := range list {
		if i.Label != "" {
			if goesOn {
				if err := meet(i.Label, now); err != nil {
					return nil, err
				}
			}
			now = map[Register]*web{}
			g.before[n].each(func(index int) {
				r := g.registers[index]
				p := place{i.Label, r}
				if atLabel[p] == nil {
					atLabel[p] = &web{}
				}
				now[r] = atLabel[p]
			})
			goesOn = true
		}
		used[n] = map[Register]*web{}
		for _, r := range i.Reads {
			if !r.virtual {
				continue
			}
			if now[r] == nil {
				return nil, fmt.Errorf("%s: %s is read before it is written", f.name, r)
			}
			used[n][r] = now[r]
		}
		for _, r := range i.Writes {
			if !r.virtual {
				continue
			}
			if used[n][r] == nil {
				used[n][r] = &web{}
			}
			now[r] = used[n][r]
		}
		if i.Target != "" {
			if err := meet(i.Target, now); err != nil {
				return nil, err
			}
		}
		if i.Ends {
			goesOn, now = false, map[Register]*web{}
		}
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
