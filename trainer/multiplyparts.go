package trainer

import "github.com/gokfac/gokfac/graph"

var _ graph.MatrixObjective = (*Accumulation)(nil)

// Multiply fills dst with the mean of the parts' products, Σ (N_k/N)·M_k·v. The forward
// pass over each part is repeated in each call, since another part was in the graph since.
func (a *Accumulation) Multiply(m graph.Matrix, dst, v graph.Direction) error {
	if a.n == 0 {
		return errNoParts
	}
	for k := range a.n {
		err := a.with(k, func(o *objective) error {
			p, err := o.multiply(m, dst, v)
			if err != nil {
				return err
			}
			if k == 0 {
				p.copyTo(dst)
				dst.Scale(a.share(0))
			} else {
				p.addTo(dst, a.share(k))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
