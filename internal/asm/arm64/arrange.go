package arm64

// Capture returns what emit adds to the function, and does not add it.
func (f *Func) Capture(emit func()) []Instruction {
	before := f.list
	f.list = nil
	emit()
	captured := f.list
	f.list = before
	return captured
}

// Emit adds instructions that were captured.
func (f *Func) Emit(list ...Instruction) { f.list = append(f.list, list...) }

// Interleave mixes lists that do not depend on each other: one instruction of each in turn. Jumps have no place in them.
func Interleave(lists ...[]Instruction) []Instruction {
	var mixed []Instruction
	longest := 0
	for _, list := range lists {
		longest = max(longest, len(list))
		for _, i := range list {
			if i.Label != "" || i.Target != "" || i.Ends {
				panic("arm64: jumps cannot be interleaved")
			}
		}
	}
	for n := range longest {
		for _, list := range lists {
			// A shorter list is spread over the longest.
			from, to := n*len(list)/longest, (n+1)*len(list)/longest
			mixed = append(mixed, list[from:to]...)
		}
	}
	return mixed
}
