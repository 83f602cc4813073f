// Package simd describes kernels once for all vector sets: AVX-512 and AVX2, which avo writes, and NEON, which package
// arm64 writes.
//
//	m, err := simd.New("avx2")
//	m.Function("double", "(y, x []float32)", "is", "", "\tfor i := range x {", "\t\ty[i] = 2 * x[i]", "\t}")
//	…
//	m.End()
//	m.Generate()
//
// # Registers
//
// A Vec is a vector register of elements of one type, an Int a register of 64 bits, a Mask says which lanes of a vector
// are chosen. Every operation returns its result in a new register. m.Into(r) is a machine whose next operation writes to
// r: for what a loop carries from one trip to the next. Three operations change one of their operands, as the
// instructions do: AddProduct, SubtractProduct and Nest.
//
// # Elements
//
// m.Of(Double) is the same machine with elements of float64.
//
// # Operands
//
// The last operand of an operation may be an Address or, for elements of float32, Bits, where the set has such
// instructions; NEON loads it first.
//
// # Flags
//
// AddTo, SubtractFrom, CompareInt, CompareInts, TestInt, Down and DownInt set the flags that the Branch just after them
// looks at.
//
// # Ends of slices
//
// The elements that are left at the end of a slice are Lanes, the first n of a vector: made once from n, used by each
// load and store. AVX-512 has opmasks for them, AVX2 vectors of ones, NEON jumps over the elements that are not there.
package simd
