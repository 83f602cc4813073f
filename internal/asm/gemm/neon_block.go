package main

import "github.com/gokfac/gokfac/internal/asm/arm64"

// Rows of A bring several steps with each load, where columns bring one: a block
// of steps needs one load for a row, not one for every step. Of the registers behind
// the tile, either all rows of A have one and B passes by, or the block's rows of B
// have them and A passes by.

// rowBlock adds the products of a few steps with rows of A, and returns how many.
func (f *neonFrame) rowBlock() int {
	free := append(append([]arm64.Register{}, f.b...), f.spare...)
	if len(free) >= f.height+2 {
		f.holdA(free[:f.height], free[f.height:])
		return f.lanes()
	}
	steps := f.lanes()
	for len(free) < steps*f.vectors()+2 {
		steps /= 2
	}
	f.holdB(steps, free[:steps*f.vectors()], free[steps*f.vectors():])
	return steps
}

// holdA takes as many steps as a register of A has elements. No sum is needed again
// before all others have had their turn.
func (f *neonFrame) holdA(a, b []arm64.Register) {
	for i, r := range a {
		f.Load(arm64.Q, r, arm64.Index(f.pa[i], f.index, 0))
	}
	f.AddConst(f.index, f.index, neonBytes)
	b = ring(b)
	for l := range f.lanes() {
		for j := 0; j < f.vectors(); j += 2 {
			pair := b[:min(2, f.vectors()-j)]
			f.loadVectorsAt(pair, f.pb, j*neonBytes)
			b = append(b[len(pair):], pair...)
			for i, row := range f.acc {
				for v, r := range pair {
					f.OpLane("FMLA", f.whole, row[j+v], r, a[i], l)
				}
			}
		}
		f.Add(f.pb, f.pb, f.strideB)
	}
}

// holdB takes so many steps. A few rows of A at a time keep the sums of one element
// apart.
func (f *neonFrame) holdB(steps int, b, a []arm64.Register) {
	moved := map[int]arm64.Arrangement{4: arm64.S, 8: arm64.D, 16: arm64.Q}[steps*f.bytes]
	for l := range steps {
		f.loadVectors(b[l*f.vectors():][:f.vectors()], f.pb)
		f.Add(f.pb, f.pb, f.strideB)
	}
	a = ring(a)
	for i := 0; i < f.height; {
		group := a[:min(4, len(a), f.height-i)]
		for g, r := range group {
			f.Load(moved, r, arm64.Index(f.pa[i+g], f.index, 0))
		}
		a = append(a[len(group):], group...)
		for l := range steps {
			for g, r := range group {
				for j, acc := range f.acc[i+g] {
					f.OpLane("FMLA", f.whole, acc, b[l*f.vectors()+j], r, l)
				}
			}
		}
		i += len(group)
	}
	f.AddConst(f.index, f.index, steps*f.bytes)
}

// ring copies a list of registers that are used in turn.
func ring(list []arm64.Register) []arm64.Register { return append([]arm64.Register{}, list...) }
