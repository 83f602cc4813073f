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
			for i := range t.vectors {
				c.offset = i * m.Bytes
				body(c)
			}
			c.offset = 0
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
