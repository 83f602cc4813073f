package trainer

// Epochs have a known number of steps, or end when the source says so (Source.Steps < 0).
// The end of the latter is seen when the mini-batch behind it is asked for, after the
// events of the last step. The run then evaluates, and goes on with the next epoch.

// nextBatch is the mini-batch of the next step. It is nil at the end of an epoch that was
// under way, if the number of its steps was not known.
func (r *run) nextBatch() (batch MiniBatch, err error) {
	if r.perEpoch > 0 {
		return r.accumulation.Next(r.train, r.Accumulate)
	}
	if r.over {
		return nil, nil
	}
	x, y, ok := r.train.Next()
	if !ok {
		if err := failure(r.train); err != nil {
			return nil, err
		}
		if r.open {
			r.over = true
			return nil, nil
		}
		if x, y, ok = r.train.Next(); !ok { // as a source that was at the end of an epoch before the run
			if err := failure(r.train); err != nil {
				return nil, err
			}
			return nil, errNoBatch
		}
	}
	batch, r.over, err = r.accumulation.take(r.train, r.Accumulate, x, y)
	return batch, err
}

// epoch is the number of the epoch that the last step belongs to, from 1.
func (r *run) epoch() int {
	switch {
	case r.perEpoch > 0:
		return 1 + (r.res.Steps-1)/r.perEpoch
	case r.open:
		return r.res.Epochs + 1
	}
	return max(r.res.Epochs, 1)
}

// done reports whether the run has taken its steps.
func (r *run) done() bool {
	if r.total > 0 && r.res.Steps >= r.total {
		return true
	}
	return r.perEpoch == 0 && r.Epochs > 0 && r.res.Epochs >= r.Epochs
}

// bound is what ends the run: the number of steps or, as a negative number, of epochs.
func (r *run) bound() int {
	if r.total > 0 {
		return r.total
	}
	return -r.Epochs
}

// place is what a state has for the steps of an epoch. Where they are not known it is
// negative, and tells how many epochs are over and whether another is under way.
func (r *run) place() int {
	if r.perEpoch > 0 {
		return r.perEpoch
	}
	return -(1 + 4*r.res.Epochs + 2*int(bit(r.over)) + int(bit(r.open)))
}

// restorePlace is the inverse of place.
func (r *run) restorePlace(place int) {
	if place > 0 {
		r.res.Epochs = r.res.Steps / place
		return
	}
	place = -(place + 1)
	r.res.Epochs, r.over, r.open = place/4, place&2 != 0, place&1 != 0
}
