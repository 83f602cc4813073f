package main

import "github.com/gokfac/gokfac/internal/asm/simd"

// pairs takes slots 0 and 1, 2 and 3 and so on together: one instruction loads or
// stores both. The second of a load waits until it is asked for, the first of a
// store until the second comes. An even number of slots is one after the other.
type pairs struct {
	*loop
	loaded, stored map[part]simd.Vec
}

// part is a slot of a slice.
type part struct {
	slice string
	slot  int
}

func newPairs(l *loop) *pairs {
	if !short(l.Machine) || l.slots%2 != 0 {
		return nil
	}
	return &pairs{l, map[part]simd.Vec{}, map[part]simd.Vec{}}
}

// take is a vector that waits, if there is one.
func take(waiting map[part]simd.Vec, at part) (simd.Vec, bool) {
	r, ok := waiting[at]
	delete(waiting, at)
	return r, ok
}

func (p *pairs) load(slice string, slot int) simd.Vec {
	if r, ok := take(p.loaded, part{slice, slot}); ok {
		return r
	}
	first, second := p.LoadPair(p.at(slice, slot, p.Element.Bytes))
	p.loaded[part{slice, slot + 1}] = second
	return first
}

func (p *pairs) store(r simd.Vec, slice string, slot int) {
	if first, ok := take(p.stored, part{slice, slot - 1}); ok {
		p.StorePair(first, r, p.at(slice, slot-1, p.Element.Bytes))
		return
	}
	p.stored[part{slice, slot}] = r
}

// loadNarrow reads one vector of float32 for two slots.
func (p *pairs) loadNarrow(slice string, slot int) simd.Vec {
	if r, ok := take(p.loaded, part{slice, slot}); ok {
		return r
	}
	wide := p.Widened(p.Of(simd.Single).Load(p.at(slice, slot, 4), simd.Lanes{}))
	p.loaded[part{slice, slot + 1}] = wide[1]
	return wide[0]
}

// storeNarrow writes two slots as one vector of float32.
func (p *pairs) storeNarrow(r simd.Vec, slice string, slot int) {
	if first, ok := take(p.stored, part{slice, slot - 1}); ok {
		p.StoreNarrowPair(first, r, p.at(slice, slot-1, 4))
		return
	}
	p.stored[part{slice, slot}] = r
}
