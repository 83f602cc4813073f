package kfac

// sharedWindow is the window of a layer whose mini-batches processes share. Its rows have no
// mean: each process gives those of its share, and takes those of all.
type sharedWindow interface {
	// clear removes the rows of the mini-batch.
	clear()
	// write tells the rows of the process's share. It removes them: read puts them back.
	write(m *message)
	// read takes the rows of one process.
	read(m *message)
	// whole reports whether all rows are there, once those of all processes were read.
	whole() bool
}

// rowWindow returns A as a window, or nil.
func (f *factorPair[T]) rowWindow() sharedWindow {
	if f.a.window == nil {
		return nil
	}
	return f.a.window
}

// eachWindow calls f with the windows of the blocks.
func (p *Preconditioner) eachWindow(f func(w sharedWindow)) {
	if !p.windows {
		return
	}
	for _, b := range p.blocks[:p.layered] {
		if b, ok := b.(interface{ rowWindow() sharedWindow }); ok {
			if w := b.rowWindow(); w != nil {
				f(w)
			}
		}
	}
}

// gatherRows gives each window the rows of all processes' shares, in the order that they
// have in the mini-batch.
func (p *Preconditioner) gatherRows() error {
	if !p.windows {
		return nil
	}
	own := &p.share.rows
	own.begin()
	p.eachWindow(func(w sharedWindow) { w.write(own) })
	all, err := p.group.Gather(own.data)
	if err != nil {
		return err
	}
	for _, data := range all {
		m := read(data)
		p.eachWindow(func(w sharedWindow) { w.read(m) })
		if err := m.end(); err != nil {
			return err
		}
	}
	p.eachWindow(func(w sharedWindow) {
		if !w.whole() {
			err = errMessage
		}
	})
	return err
}

func (w *window[T]) clear() { w.batch, w.places = w.batch[:0], w.places[:0] }

// takeShare adds rows of the process's share to those of the mini-batch: every s-th row of
// the mini-batch, of so many locations for each example. Those beyond the greatest number of
// all processes' rows are left out.
func (w *window[T]) takeShare(a tapRows[T], p *Pass, every, locations int) {
	n := 0
	for r := 0; n < a.n; r++ {
		row := p.row(r, locations)
		if row%every != 0 {
			continue
		}
		if row/every >= w.most {
			break
		}
		w.places = append(w.places, row/every)
		n++
	}
	a.n = n
	w.take(a, false)
}

func (w *window[T]) write(m *message) {
	n := len(w.places)
	m.count(&n)
	for i := range w.places {
		m.count(&w.places[i])
	}
	floats(m, w.batch)
	w.clear()
}

func (w *window[T]) read(m *message) {
	n := 0
	m.count(&n)
	if n < 0 || n > w.most {
		m.short = true
		return
	}
	at, end := len(w.places), 0
	for range n {
		place := 0
		m.count(&place)
		if place < 0 || place >= w.most {
			m.short = true
			return
		}
		w.places, end = append(w.places, place), max(end, (place+1)*w.n)
	}
	if end > len(w.batch) {
		w.batch = roomFor(w.batch, end)[:end]
	}
	for _, place := range w.places[at:] {
		floats(m, w.batch[place*w.n:][:w.n])
	}
}

func (w *window[T]) whole() bool { return len(w.batch) == len(w.places)*w.n }
