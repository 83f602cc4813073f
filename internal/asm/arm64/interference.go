package arm64

// interference says which registers must not share a number. Registers are meant by their indices in flow.
type interference struct {
	*flow
	with   []bitset // the registers whose values are needed at the same time
	merged []int    // the register that a register is one with; itself if none
	copies [][2]int // the two registers of each copy
}

func newInterference(list []Instruction) *interference {
	g := &interference{flow: newFlow(list)}
	for n := range g.registers {
		g.with, g.merged = append(g.with, newBitset(len(g.registers))), append(g.merged, n)
	}
	for n, i := range list {
		d, s, copied := i.copies()
		if copied && d.virtual && s.virtual {
			g.copies = append(g.copies, [2]int{g.index[d], g.index[s]})
		}
		live := g.after(n)
		for _, w := range i.Writes {
			if w != Zero {
				live.add(g.index[w])
			}
		}
		for _, w := range i.Writes {
			if w == Zero {
				continue
			}
			a := g.index[w]
			live.each(func(b int) {
				if a != b && w.vector == g.registers[b].vector && !(copied && g.registers[b] == s) {
					g.with[a].add(b)
					g.with[b].add(a)
				}
			})
		}
	}
	return g
}

func (g *interference) root(n int) int {
	for g.merged[n] != n {
		n = g.merged[n]
	}
	return n
}

// degree is the number of registers that n must differ from.
func (g *interference) degree(n int, there []bool) int {
	d := 0
	g.with[n].each(func(other int) {
		if there[other] {
			d++
		}
	})
	return d
}

// merge makes one register of those of copies, where that does not make colouring harder: where the one register has
// fewer neighbours with many neighbours than there are numbers (Briggs).
func (g *interference) merge(there []bool) {
	for _, c := range g.copies {
		a, b := g.root(c[0]), g.root(c[1])
		if a == b || g.with[a].has(b) {
			continue
		}
		count := len(numbersOf(g.registers[a]))
		both := newBitset(len(g.registers))
		both.union(g.with[a])
		both.union(g.with[b])
		hard := 0
		both.each(func(n int) {
			if there[n] && g.degree(n, there) >= count {
				hard++
			}
		})
		if hard >= count {
			continue
		}
		g.with[a] = both
		g.merged[b], there[b] = a, false
		both.each(func(n int) { g.with[n].add(a) })
	}
}
