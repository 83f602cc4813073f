package arm64

// move is what a load or a store of a whole vector register moves, for joinPairs to know.
type move struct {
	load    bool
	r       Register
	address Address // plain
}

// with is the move with other registers.
func (m *move) with(replaced func(Register) Register) *move {
	if m == nil {
		return nil
	}
	other := *m
	other.r, other.address.base = replaced(m.r), replaced(m.address.base)
	return &other
}

// JoinPairs makes one instruction (LDP, STP) of two loads or two stores of whole vector registers that follow each other
// and whose places in memory do. A processor decodes and keeps track of one instruction for the two then; some need fewer
// slots of their load and store units as well.
func (file *File) JoinPairs() { file.joinsPairs = true }

// joinPairs joins them in a function whose registers have numbers.
func (f *Func) joinPairs(number numbering) {
	var list []Instruction
	for at := 0; at < len(f.list); at++ {
		if at+1 < len(f.list) {
			if lower, upper, ok := neighbours(f.list[at].move, f.list[at+1].move, number); ok {
				list = append(list, f.Capture(func() { f.pair(Q, lower.r, upper.r, lower.address, lower.load) })...)
				at++
				continue
			}
		}
		list = append(list, f.list[at])
	}
	f.list = list
}

// neighbours tells whether one instruction can do both moves, and which of them has the lower place in memory. That
// instruction has its offset in units of 16 bytes, from -64 to 63, and must not load one register twice.
func neighbours(a, b *move, number numbering) (lower, upper *move, ok bool) {
	if a == nil || b == nil || a.load != b.load || number(a.address.base) != number(b.address.base) {
		return nil, nil, false
	}
	if a.load && number(a.r) == number(b.r) {
		return nil, nil, false
	}
	if b.address.offset < a.address.offset {
		a, b = b, a
	}
	at := a.address.offset
	return a, b, b.address.offset == at+16 && at%16 == 0 && at >= -64*16 && at <= 63*16
}
