package simd

import "fmt"

// Machine writes kernels of one vector set.
type Machine struct {
	Set     string // the end of the kernels' names
	Bytes   int    // of a vector
	Element Element
	set     set
	to      Vec // where the next operation writes; 0: to a new register
	toInt   Int
}

// set is a vector set's way to do things: type amd64 in the files amd64*.go, type neon in arm64*.go.
type set interface {
	functions
	integers
	vectors
	masks
	reductions
	pairs
}

// New is the machine of a set, with elements of float32: avx512, avx2 or neon.
func New(name string) (Machine, error) {
	switch name {
	case "avx512":
		return Machine{Set: name, Bytes: 64, Element: Single, set: newAMD64(true)}, nil
	case "avx2":
		return Machine{Set: name, Bytes: 32, Element: Single, set: newAMD64(false)}, nil
	case "neon":
		return Machine{Set: name, Bytes: 16, Element: Single, set: newNEON()}, nil
	}
	return Machine{}, fmt.Errorf("unknown set %q: avx512, avx2 and neon are known", name)
}

// Lanes is the number of elements of a vector.
func (m Machine) Lanes() int { return m.Bytes / m.Element.Bytes }

// Of is the machine with elements of another type.
func (m Machine) Of(e Element) Machine {
	m.Element = e
	return m
}

// Into is a machine whose next operation on vectors writes to r.
func (m Machine) Into(r Vec) Machine {
	m.to = r
	return m
}

// IntoInt is a machine whose next operation on integers writes to r.
func (m Machine) IntoInt(r Int) Machine {
	m.toInt = r
	return m
}

// target is where an operation writes.
func (m Machine) target() Vec {
	if m.to != 0 {
		return m.to
	}
	return m.set.newVec(m.Element)
}

func (m Machine) targetInt() Int {
	if m.toInt != 0 {
		return m.toInt
	}
	return m.set.newInt()
}

// functions are the frame of kernels.
type functions interface {
	function(name, signature string, doc []string)
	end()
	comment(lines []string)
	interleave(n int, body func(i int))
	generate()
}

// Function starts a kernel, named name and Set. The signature is without "func". doc goes on after the name.
func (m Machine) Function(name, signature string, doc ...string) {
	m.set.function(name+m.Set, signature, doc)
}

// End returns from the kernel. A kernel may end in several places.
func (m Machine) End() { m.set.end() }

// Interleave writes n bodies that do not depend on each other, and jump nowhere. NEON has their instructions in turn.
func (m Machine) Interleave(n int, body func(i int)) { m.set.interleave(n, body) }

// Comment goes to the instructions that follow.
func (m Machine) Comment(lines ...string) { m.set.comment(lines) }

// Generate writes the file of all kernels, as the command line asks.
func (m Machine) Generate() { m.set.generate() }
