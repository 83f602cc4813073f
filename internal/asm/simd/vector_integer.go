package simd

// Beyond is base + scale·index, where scale is 1, 2, 4 or 8. It leaves the flags.
func (m Machine) Beyond(base, index Int, scale int) Int {
	r := m.targetInt()
	m.set.beyond(base, index, scale, r)
	return r
}

// places are the operations on addresses.
type places interface {
	beyond(base, index Int, scale int, to Int)
}

// FewerLanes is the first n lanes of vectors of any type, at least one and not all.
func (m Machine) FewerLanes(n Int) Lanes {
	lanes := m.FirstLanes(n)
	lanes.fewer = true
	return lanes
}
