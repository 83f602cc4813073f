package datasets

// Rewind goes to the beginning of the epoch that is under way, or to come, and
// returns what goes back to where the loader was: the mini-batches and the state
// are then those that would have been. It is for a look at all of the data in
// between, as an evaluation of the training set.
func (l *Loader) Rewind() (back func()) {
	open, dealt, generator := l.open, l.dealt, l.pcg
	if open {
		generator = l.start
	}
	begin := func() {
		l.prefetch.wait() // for a batch that is not dealt
		l.pcg, l.open = generator, false
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
