package datasets

// Rewind moves the loader to the beginning of the epoch that is under way, or to come. It returns a function that moves
// the loader back; the mini-batches and the state after that are the same as without Rewind. An evaluation of the
// training set in the middle of an epoch uses it.
func (l *Loader) Rewind() (back func()) {
	open, dealt, epoch, generator := l.open, l.dealt, l.epoch, l.pcg
	if open {
		generator = l.start
	}
	begin := func() {
		l.prefetch.wait() // wait for a batch that is then not dealt
		l.pcg, l.epoch, l.open = generator, epoch, false
	}
	begin()
	return func() {
		begin()
		if open {
			l.begin()
			l.dealt = dealt
		}
	}
}
