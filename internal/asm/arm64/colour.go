package arm64

// vectorNumbers and integerNumbers are what virtual registers may become. R18 belongs to the system, R27 to Go's
// assembler, R28 is the goroutine, R29 and R30 are the frame's and the link's.
var (
	vectorNumbers  = numbersBut(32)
	integerNumbers = numbersBut(27, 18)
)

func numbersBut(count int, out ...int) []int {
	var list []int
	for n := range count {
		if len(out) == 0 || n != out[0] {
			list = append(list, n)
		}
	}
	return list
}

// interference says which registers must not share a number.
type interference struct {
	*flow
	with   []bitset
	merged []int // the register that a register is one with, by index; itself if none
	copies [][2]int
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
	there := make([]bool, len(g.registers))
	for n := range there {
		there[n] = true
	}
	g.merge(there)
	number := make([]int, len(g.registers))
	left := 0
	for n, r := range g.registers {
		number[n] = -1
		if !r.virtual {
			number[n] = r.number
		} else if there[n] {
			left++
		}
	}
	var stack []int
	waiting := append([]bool{}, there...)
	degrees := make([]int, len(g.registers))
	for n := range degrees {
		degrees[n] = g.degree(n, waiting)
	}
	for ; left > 0; left-- {
		next := -1
		for n, r := range g.registers {
			if r.virtual && waiting[n] && (next < 0 || degrees[n] < degrees[next]) {
				next = n
			}
		}
		waiting[next] = false
		stack = append(stack, next)
		g.with[next].each(func(n int) { degrees[n]-- })
	}
	for at := len(stack) - 1; at >= 0; at-- {
		n := stack[at]
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
			return nil, tooMany(f.name, g.registers[n].vector, len(numbers))
		}
	}
	return func(r Register) int {
		if !r.virtual {
			return r.number
		}
		return number[g.root(g.index[r])]
	}, nil
}
