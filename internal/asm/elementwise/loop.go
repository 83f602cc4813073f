package main

import "github.com/gokfac/gokfac/internal/asm/simd"

// chunk is one vector of every slice of a kernel.
type chunk struct {
	machine
	slices map[string]simd.Int
	offset int
	tail   simd.Lanes // all, or those that are left at the end
}

func (c chunk) at(name string) simd.Address {
	return simd.Address{Base: c.slices[name], Offset: c.offset}
}
func (c chunk) read(name string) simd.Vec     { return c.Load(c.at(name), c.tail) }
func (c chunk) write(name string, x simd.Vec) { c.Store(x, c.at(name), c.tail) }

// forEach runs the body for every vector of the slices, which all have the length of the first, unroll of them per trip.
func (m machine) forEach(unroll int, body func(c chunk), names ...string) {
	n := m.Len(names[0])
	c := chunk{machine: m, slices: map[string]simd.Int{}}
	for _, name := range names {
		c.slices[name] = m.Base(name)
	}
	trips := []struct {
		label, next string
		vectors     int
	}{{"many", "one", unroll}, {"one", "tail", 1}}
	for _, t := range trips {
		if t.label == "many" && unroll == 1 {
			continue
		}
		m.While(n, t.vectors*m.Lanes(), t.label, t.next, func() {
			m.Interleave(t.vectors, func(i int) {
				c := c
				c.offset = i * m.Bytes
				body(c)
			})
			for _, name := range names {
				m.AddTo(t.vectors*m.Bytes, c.slices[name])
			}
		})
	}
	m.Label("tail")
	m.TestInt(n)
	m.Branch(simd.Zero, "done")
	c.tail = m.FirstLanes(n)
	body(c)
	m.Label("done")
}

// costly is the number of vectors in a trip of the kernels that compute for long. A trip of NEON has twice the
// instructions of the others for two vectors, so that a processor which looks 100 instructions ahead sees less
// independent work in it; with three vectors registers become scarce.
func (m machine) costly() int {
	if m.Bytes == 16 {
		return 2
	}
	return 1
}
