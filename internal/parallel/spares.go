package parallel

// Spares keeps finished workspaces for the next calls, so that a call allocates
// nothing. It is safe for concurrent use.
type Spares[A any] struct {
	list  chan *A
	fresh func() *A
}

// NewSpares keeps at most n; more callers at once than that have theirs made
// anew, by fresh.
func NewSpares[A any](n int, fresh func() *A) Spares[A] {
	return Spares[A]{make(chan *A, n), fresh}
}

// Get returns a spare one, as it was left, or a fresh one.
func (s Spares[A]) Get() *A {
	select {
	case a := <-s.list:
		return a
	default:
		return s.fresh()
	}
}

// Put gives one back.
func (s Spares[A]) Put(a *A) {
	select {
	case s.list <- a:
	default:
	}
}
