package arm64

import (
	mathbits "math/bits"
	"slices"
)

// bitset is a set of small numbers.
type bitset []uint64

func newBitset(n int) bitset    { return make(bitset, (n+63)/64) }
func (s bitset) has(n int) bool { return s[n/64]>>(n%64)&1 == 1 }
func (s bitset) add(n int)      { s[n/64] |= 1 << (n % 64) }
func (s bitset) remove(n int)   { s[n/64] &^= 1 << (n % 64) }

// union adds the numbers of another set.
func (s bitset) union(other bitset) {
	for i := range s {
		s[i] |= other[i]
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

// flow is a list of instructions with where each may go on, and the registers whose values are needed before each.
type flow struct {
	list      []Instruction
	labels    map[string]int   // where they are in the list
	to        [][]int          // the instructions that may follow each
	registers []Register       // all of the list but Zero
	index     map[Register]int // of each in registers
	before    []bitset         // the indices of registers whose values are needed before each instruction
}

func newFlow(list []Instruction) *flow {
	f := &flow{list: list, labels: map[string]int{}, to: make([][]int, len(list)), index: map[Register]int{}}
	for n, i := range list {
		if i.Label != "" {
			f.labels[i.Label] = n
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
			f.to[n] = append(f.to[n], f.labels[i.Target])
		}
		f.before = append(f.before, newBitset(len(f.registers)))
	}
	f.follow()
	return f
}

// follow finds the needed registers: what an instruction reads, and what is needed after it but not written by it, again and
// again until loops change nothing any more.
func (f *flow) follow() {
	for changed := true; changed; {
		changed = false
		for n := len(f.list) - 1; n >= 0; n-- {
			need := f.after(n)
			for _, w := range f.list[n].Writes {
				if w != Zero {
					need.remove(f.index[w])
				}
			}
			for _, r := range f.list[n].Reads {
				if r != Zero {
					need.add(f.index[r])
				}
			}
			if !slices.Equal(need, f.before[n]) {
				f.before[n], changed = need, true
			}
		}
	}
}

// after is the registers whose values are needed after an instruction.
func (f *flow) after(n int) bitset {
	s := newBitset(len(f.registers))
	for _, next := range f.to[n] {
		s.union(f.before[next])
	}
	return s
}
