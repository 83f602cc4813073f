package graph

// runs is what the kernels of one graph know of the run they are in.
type runs struct {
	epoch  uint64 // counts the calls of Program.Run, from 1
	resume bool   // in Program.Resume
}

// Resume is Run, except that kernels which a program of the same builder has
// computed since the last Run of any are not computed again: their buffers
// still hold the value. What Resume computes counts as computed. The caller
// promises that since that Run neither inputs nor parameters have changed,
// except for inputs named in Bind or Invalidate.
//
// Samples and masks that are there are not drawn again. Stock ops are computed
// again, and so are the Snapshots that they may have overwritten, and the
// kernels that write into a Param.Grad (see Into), which others change.
func (p *Program) Resume() error {
	p.b.runs.resume = true
	return p.runAll()
}
