package kfac

// Averaged runs f with the Polyak average of the parameters, over the steps so
// far, in their place, and puts them back. Without averaging, or before the
// first step, the one after a restored state included, f runs with the
// parameters as they are.
func (o *Optimizer) Averaged(f func() error) error {
	if o.averaged == 0 {
		return f()
	}
	o.saved.Copy(o.theta)
	o.theta.Copy(o.average)
	defer o.theta.Copy(o.saved)
	return f()
}
