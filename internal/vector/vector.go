package vector

import "github.com/gokfac/gokfac/internal/isa"

// Float is the set of element types.
type Float interface{ float32 | float64 }

// active is chosen once, at start, and only tests change it.
var active = tierOf(isa.Active())

func kernelsOf[T Float]() *kernels[T] {
	if k, ok := any(active.f32).(*kernels[T]); ok {
		return k
	}
	return any(active.f64).(*kernels[T])
}
