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
