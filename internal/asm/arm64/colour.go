package arm64

import "slices"

// vectorNumbers and integerNumbers are what virtual registers may become. R18 belongs to the system, R27 to Go's
// assembler, R28 is the goroutine, R29 and R30 are the frame's and the link's.
var (
	vectorNumbers  = span(0, 32)
	integerNumbers = append(span(0, 18), span(19, 27)...)
)

// span is the numbers from first to before end.
func span(first, end int) (list []int) {
	for n := first; n < end; n++ {
		list = append(list, n)
	}
	return list
}

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

func numbersOf(r Register) []int {
	if r.vector {
		return vectorNumbers
	}
	return integerNumbers
}

// colour gives every register of the list a number, such that no two whose values are needed at the same time have the
// same: registers with few neighbours wait until the others have numbers (Chaitin), the rest take their chance (Briggs).
func (f *Func) colour(list []Instruction) (numbering, error) {
	g := newInterference(list)
	there := make([]bool, len(g.registers)) // not merged with another
	for n := range there {
		there[n] = true
	}
	g.merge(there)
	number, err := g.assign(f.name, g.order(there), there)
	if err != nil {
		return nil, err
	}
	return func(r Register) int {
		if !r.virtual {
			return r.number
		}
		return number[g.root(g.index[r])]
	}, nil
}

// order is the virtual registers, those with the fewest neighbours among the ones that are left first.
func (g *interference) order(there []bool) (list []int) {
	waiting := append([]bool{}, there...)
	degrees := make([]int, len(g.registers))
	for n := range degrees {
		degrees[n] = g.degree(n, waiting)
	}
	for {
		next := -1
		for n, r := range g.registers {
			if r.virtual && waiting[n] && (next < 0 || degrees[n] < degrees[next]) {
				next = n
			}
		}
		if next < 0 {
			return list
		}
		waiting[next] = false
		list = append(list, next)
		g.with[next].each(func(n int) { degrees[n]-- })
	}
}

// assign gives the virtual registers numbers, the last of the order first: the lowest number that no neighbour has. name is
// the function's.
func (g *interference) assign(name string, order []int, there []bool) (number []int, err error) {
	for _, r := range g.registers {
		if r.virtual {
			number = append(number, -1)
		} else {
			number = append(number, r.number)
		}
	}
	for _, n := range slices.Backward(order) {
		taken := map[int]bool{}
		g.with[n].each(func(other int) {
			if there[other] && number[other] >= 0 {
				taken[number[other]] = true
			}
		})
		numbers := numbersOf(g.registers[n])
		for _, c := range numbers {
			if !taken[c] {
				number[n] = c
				break
			}
		}
		if number[n] < 0 {
			return nil, tooMany(name, g.registers[n].vector, len(numbers))
		}
	}
	return number, nil
}
