package trainer

import "bytes"

// Scattered is an optimizer of whose state the processes of a group hold parts.
type Scattered interface {
	// Part is what this process gives to one that saves the state.
	Part() ([]byte, error)
	// Join takes the parts of all processes, in the order of ranks, for the next
	// MarshalBinary to have them in it.
	Join(parts [][]byte) error
}

// part is what this process gives to one that saves the run.
func (r *run) part() ([]byte, error) {
	if o, ok := r.Optimizer.(Scattered); ok {
		return o.Part()
	}
	return nil, nil
}

// join asks the other processes for their parts of the state, where a callback saves it.
func (r *run) join() error {
	o, ok := r.Optimizer.(Scattered)
	if !ok || r.share == nil || r.share.ask == nil {
		return nil
	}
	parts, err := r.share.ask()
	if err != nil {
		return err
	}
	return o.Join(parts)
}

// joinAll gives rank 0 the parts of the state at the end of a run that is called off, to be
// saved after it.
func (r *run) joinAll() error {
	o, ok := r.Optimizer.(Scattered)
	if !ok {
		return nil
	}
	own, err := o.Part()
	if err != nil {
		return err
	}
	all, err := r.Group.Gather(own)
	if err != nil || r.Group.Rank() > 0 {
		return err
	}
	parts := make([][]byte, len(all))
	for i, part := range all {
		parts[i] = bytes.Clone(part)
	}
	return o.Join(parts)
}
