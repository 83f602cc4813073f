package parallel

// Spares keeps finished workspaces for later calls, so that these allocate nothing. It is safe for concurrent use.
type Spares[A any] struct {
	list  chan *A
	fresh func() *A
}

// NewSpares returns a list of at most n workspaces. If it is empty, fresh makes a workspace.
func NewSpares[A any](n int, fresh func() *A) Spares[A] {
	return Spares[A]{make(chan *A, n), fresh}
}

// Get returns a spare workspace with the content that it had, or a fresh one.
func (s Spares[A]) Get() *A {
	select {
	case a := <-s.list:
		return a
	default:
		return s.fresh()
	}
}

// Put returns a workspace to the list.
func (s Spares[A]) Put(a *A) {
	select {
	case s.list <- a:
	default:
	}
}
