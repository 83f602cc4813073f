package simd

// masks are the operations on lanes.
type masks interface {
	compare(e Element, x Vec, p Predicate, y Operand, left Mask) Mask
	negative(x Vec) Mask
	choose(e Element, k Mask, yes, no, to Vec)
	keep(e Element, k Mask, x, to Vec)
	addWhere(k Mask, y Operand, sum Vec)
	firstLanes(n Int) Lanes
	stepLanes(n Int, slots, lanes int, bytes []int) []Lanes
	lanesMask(e Element, lanes Lanes) Mask
}

// Compare is the lanes where x is to y as the predicate says.
func (m Machine) Compare(x Vec, p Predicate, y Operand) Mask {
	return m.set.compare(m.Element, x, p, y, 0)
}

// CompareWhere is the lanes of a mask where x is to y as the predicate says.
func (m Machine) CompareWhere(left Mask, x Vec, p Predicate, y Operand) Mask {
	return m.set.compare(m.Element, x, p, y, left)
}

// Negative is the lanes where x < 0. Those with −0 or NaN may be among them.
func (m Machine) Negative(x Vec) Mask { return m.set.negative(x) }

// Choose is yes in the lanes of the mask and no in others. Into(no) replaces lanes of no.
func (m Machine) Choose(k Mask, yes, no Vec) Vec {
	r := m.target()
	m.set.choose(m.Element, k, yes, no, r)
	return r
}

// Keep is x in the lanes of the mask and 0 in others.
func (m Machine) Keep(k Mask, x Vec) Vec {
	r := m.target()
	m.set.keep(m.Element, k, x, r)
	return r
}

// AddWhere adds y to a sum of float32 in the lanes of the mask. Others have 0 added, or nothing: sum must not be −0.
func (m Machine) AddWhere(k Mask, y Operand, sum Vec) { m.set.addWhere(k, y, sum) }

// FirstLanes is the first n lanes, all at most, of vectors of float32. It is at hand in a register.
func (m Machine) FirstLanes(n Int) Lanes { return m.set.firstLanes(n) }

// FewerLanes is FirstLanes where n is neither 0 nor all, which saves NEON a jump. NEON has it for vectors of float64, too.
func (m Machine) FewerLanes(n Int) Lanes {
	lanes := m.FirstLanes(n)
	lanes.fewer = true
	return lanes
}

// StepLanes is the Lanes of each slot of a step, one vector of some elements each, of which the first n are there. bytes
// has the sizes of the elements that are loaded and stored. AVX2 reads each mask when it is used.
func (m Machine) StepLanes(n Int, slots, lanes int, bytes ...int) []Lanes {
	return m.set.stepLanes(n, slots, lanes, bytes)
}

// MaskOf is Lanes, not Whole, as a mask.
func (m Machine) MaskOf(lanes Lanes) Mask { return m.set.lanesMask(m.Element, lanes) }
