package arm64

import mathbits "math/bits"

// bitset is a set of small numbers.
type bitset []uint64

func newBitset(n int) bitset        { return make(bitset, (n+63)/64) }
func (s bitset) has(n int) bool     { return s[n/64]>>(n%64)&1 == 1 }
func (s bitset) add(n int)          { s[n/64] |= 1 << (n % 64) }
func (s bitset) remove(n int)       { s[n/64] &^= 1 << (n % 64) }
func (s bitset) union(other bitset) { s.each2(other, func(a, b uint64) uint64 { return a | b }) }

func (s bitset) each2(other bitset, f func(a, b uint64) uint64) {
	for i := range s {
		s[i] = f(s[i], other[i])
	}
}

// each calls f with every number of the set, upwards.
func (s bitset) each(f func(n int)) {
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			f(64*i + mathbits.TrailingZeros64(w))
		}
	}
}

func (s bitset) equal(other bitset) bool {
	for i := range s {
		if s[i] != other[i] {
			return false
		}
	}
	return true
}

// flow is a list of instructions with where each may go on, and the registers whose values are needed before each.
type flow struct {
	list      []Instruction
	to        [][]int
	registers []Register
	index     map[Register]int
	before    []bitset
}

func newFlow(list []Instruction) *flow {
	f := &flow{list: list, to: make([][]int, len(list)), index: map[Register]int{}}
	labels := map[string]int{}
	for n, i := range list {
		if i.Label != "" {
			labels[i.Label] = n
		}
		for _, r := range i.registers() {
			if _, there := f.index[r]; !there && r != Zero {
				f.index[r] = len(f.registers)
				f.registers = append(f.registers, r)
			}
		}
	}
	for n, i := range list {
		if !i.Ends && n+1 < len(list) {
			f.to[n] = append(f.to[n], n+1)
		}
		if i.Target != "" {
			f.to[n] = append(f.to[n], labels[i.Target])
		}
		f.before = append(f.before, newBitset(len(f.registers)))
	}
	for changed := true; changed; {
		changed = false
		for n := len(list) - 1; n >= 0; n-- {
			need := f.after(n)
			for _, w := range list[n].Writes {
				if w != Zero {
					need.remove(f.index[w])
				}
			}
			for _, r := range list[n].Reads {
				if r != Zero {
					need.add(f.index[r])
				}
			}
			if !need.equal(f.before[n]) {
				f.before[n], changed = need, true
			}
		}
	}
	return f
}

// after is the registers whose values are needed after an instruction.
func (f *flow) after(n int) bitset {
	s := newBitset(len(f.registers))
	for _, next := range f.to[n] {
		s.union(f.before[next])
	}
	return s
}
