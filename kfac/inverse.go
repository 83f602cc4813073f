package kfac

// ladder is how often an inversion is tried, each time with ten times the
// damping, before the last good inverse is kept.
const ladder = 6

// invert sets fresh to (mean + damping·I)⁻¹, computed in float64 by Cholesky;
// accept makes it the inverse in use. Where that fails the damping is raised
// tenfold and it is tried again; retries counts this.
func (f *factor[T]) invert(damping float64, c *inverter) (retries int, ok bool) {
	for retries = range ladder {
		if f.tryInvert(damping, c) {
			return retries, true
		}
		damping *= 10
	}
	return ladder, false
}

func (f *factor[T]) accept() { f.inverse, f.fresh = f.fresh, f.inverse }

func (f *factor[T]) tryInvert(damping float64, c *inverter) bool {
	n := f.n
	c.resize(n)
	for i, v := range f.mean {
		c.l[i] = float64(v)
	}
	for i := range n { // on the copy: the average stays undamped
		c.l[i*n+i] += damping
	}
	if !c.invert() {
		return false
	}
	for i := range n {
		for j := i; j < n; j++ {
			v := T(c.l[i*n+j])
			f.fresh[i*n+j] = v
			f.fresh[j*n+i] = v
		}
	}
	return true
}
