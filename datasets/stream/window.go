package stream

// window holds the examples that a stream draws from.
type window struct {
	rows
	size, held int
}

func newWindow(opt Options) window {
	size := max(opt.Window, 1)
	return window{rows: newRows(opt, size), size: size}
}

// remove moves the last example to a slot whose example was dealt.
func (w *window) remove(slot int) {
	w.held--
	w.put(slot, &w.rows, w.held)
}
