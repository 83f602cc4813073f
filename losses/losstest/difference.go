package losstest

import "math"

const epsilon, epsilon32 = 0x1p-52, 0x1p-23

// slope is the derivative of f at 0, by central differences of fourth order with steps h and h/2, and a bound on its error:
// twice their difference, and the rounding of f's values. The bound is large where f has a kink between.
func slope(f func(h float64) []float64, h float64) (d, bound []float64) {
	coarse, size := stencil(f, h)
	d, _ = stencil(f, h/2)
	bound = make([]float64, len(d))
	for i := range d {
		bound[i] = 2*math.Abs(d[i]-coarse[i]) + 64*epsilon*(size+1)/h
	}
	return d, bound
}

// stencil is (8(f(h) − f(−h)) − (f(2h) − f(−2h)))/12h, and the size of f's largest value.
func stencil(f func(h float64) []float64, h float64) (d []float64, size float64) {
	for _, point := range []struct{ at, factor float64 }{{1, 8}, {-1, -8}, {2, -1}, {-2, 1}} {
		values := f(point.at * h)
		if d == nil {
			d = make([]float64, len(values))
		}
		for i, v := range values {
			d[i] += point.factor * v / (12 * h)
			size = max(size, math.Abs(v))
		}
	}
	return d, size
}

// step is h for the outputs' spread.
func (c *checker) step() float64 { return 1e-3 * c.cfg.Spread }

// largest is the size of the largest element.
func largest(x []float64) (m float64) {
	for _, v := range x {
		m = max(m, math.Abs(v))
	}
	return m
}
