package main

import "github.com/gokfac/gokfac/internal/asm/simd"

// accumulator is a float64 sum for every lane of a float32 vector.
type accumulator [2]simd.Vec

func (m machine) accumulator() accumulator {
	return accumulator{m.Of(simd.Double).Zero(), m.Of(simd.Double).Zero()}
}

// accumulate adds to the sums.
func (m machine) accumulate(x [2]simd.Vec, a accumulator) {
	for i, sum := range a {
		m.Of(simd.Double).Into(sum).Add(sum, x[i])
	}
}

// total adds up all lanes in a fixed order.
func (m machine) total(a accumulator) simd.Vec {
	m.Of(simd.Double).Into(a[0]).Add(a[0], a[1])
	m.Total(a[0])
	return a[0]
}
