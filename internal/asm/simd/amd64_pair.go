package simd

func (a *amd64) bytes() int {
	if a.wide {
		return 64
	}
	return 32
}

func (a *amd64) loadPair(e Element, from Address, first, second Vec) {
	a.load(e, from, Lanes{}, first)
	a.load(e, from.next(a.bytes()), Lanes{}, second)
}

func (a *amd64) storePair(e Element, first, second Vec, to Address) {
	a.store(e, first, to, Lanes{})
	a.store(e, second, to.next(a.bytes()), Lanes{})
}

func (a *amd64) storeNarrowPair(first, second Vec, to Address) {
	a.storeNarrow(first, to, Lanes{})
	a.storeNarrow(second, to.next(a.bytes()/2), Lanes{})
}
