package kfac

import "errors"

// ladder is how often an inversion is tried, each time with ten times the
// damping, before the last good inverse is kept.
const ladder = 6

var errNotPositive = errors.New("kfac: a factor has no Cholesky decomposition even with damping raised 10⁵ times")

// invert sets inverse to (mean + damping·I)⁻¹, computed in float64 by
// Cholesky. Where that fails the damping is raised tenfold and it is tried
// again; retries counts this. After an error inverse is what it was.
func (f *factor[T]) invert(damping float64, c *inverter) (retries int, err error) {
	for retries = range ladder {
		if f.tryInvert(damping, c) {
			return retries, nil
		}
		damping *= 10
	}
	return ladder, errNotPositive
}

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
			f.inverse[i*n+j] = v
			f.inverse[j*n+i] = v
		}
	}
	return true
}
