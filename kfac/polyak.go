package kfac

// Averaged runs f while the parameters have the values of their Polyak average θ̄, and
// then restores their own values. Without averaging ([Config.Polyak]), before the first
// step, and before the first step after a state was restored, f runs with the parameters
// as they are. Averaged returns the error of f.
func (o *Optimizer) Averaged(f func() error) error {
	if o.averaged == 0 {
		return f()
	}
	o.saved.Copy(o.theta)
	o.theta.Copy(o.average)
	defer o.theta.Copy(o.saved)
	return f()
}
