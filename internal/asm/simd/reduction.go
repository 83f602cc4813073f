package simd

// reductions are the operations across the lanes of a vector.
type reductions interface {
	widened(x Vec) [2]Vec
	upper(x Vec) Vec
	total(x Vec)
	greatestLane(x, to Vec)
	inverse(x Vec) Vec
	result(i int, x Vec)
	resultNone(i int, x Vec)
}

// Widened is the two halves of a vector of float32 as float64.
func (m Machine) Widened(x Vec) [2]Vec { return m.set.widened(x) }

// Upper is the upper half of a vector in the lower half of another.
func (m Machine) Upper(x Vec) Vec { return m.set.upper(x) }

// Total makes the first lane of a vector of float64 the sum of all: halves are added to each other until one lane is left.
func (m Machine) Total(x Vec) { m.set.total(x) }

// GreatestLane is the greatest lane of a vector of float32 in all lanes. It may miss a NaN.
func (m Machine) GreatestLane(x Vec) Vec {
	r := m.target()
	m.set.greatestLane(x, r)
	return r
}

// Inverse is 1/x of the first lane of float64, as float32 in all lanes; x is rounded to float32 first, and used up.
func (m Machine) Inverse(x Vec) Vec { return m.set.inverse(x) }

// Return makes the first lane of a vector of float64 the i-th result of the kernel.
func (m Machine) Return(i int, x Vec) { m.set.result(i, x) }

// ReturnNone makes the i-th result of the kernel, a bool, whether no bit of x is set.
func (m Machine) ReturnNone(i int, x Vec) { m.set.resultNone(i, x) }
