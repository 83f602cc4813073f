package kfac

// ShareFrom makes processes share the decompositions of matrices from this order on.
func (p *Preconditioner) ShareFrom(order int) { p.share.least = order }

// SampleRows sets the number of rows of a tap with several locations that factors are
// measured on, where a fraction of the examples is given.
func (p *Preconditioner) SampleRows(most int) { p.mostRows = most }
