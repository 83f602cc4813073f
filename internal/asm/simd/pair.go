package simd

// pairs are the operations on two vectors that lie side by side in memory. NEON has instructions for them.
type pairs interface {
	loadPair(e Element, from Address, first, second Vec)
	storePair(e Element, first, second Vec, to Address)
	storeNarrowPair(first, second Vec, to Address)
}

// LoadPair reads two vectors side by side.
func (m Machine) LoadPair(from Address) (first, second Vec) {
	first, second = m.NewVec(), m.NewVec()
	m.LoadPairInto(from, first, second)
	return first, second
}

// LoadPairInto reads two vectors side by side into registers.
func (m Machine) LoadPairInto(from Address, first, second Vec) {
	m.set.loadPair(m.Element, from, first, second)
}

// StorePair writes two vectors side by side.
func (m Machine) StorePair(first, second Vec, to Address) {
	m.set.storePair(m.Element, first, second, to)
}

// StoreNarrowPair writes two vectors of float64 as float32, side by side. They are used up.
func (m Machine) StoreNarrowPair(first, second Vec, to Address) {
	m.set.storeNarrowPair(first, second, to)
}
