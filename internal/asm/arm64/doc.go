// Package arm64 writes Go assembly for 64-bit ARM with its vector instructions
// (Advanced SIMD, called NEON), of which Go's own assembler knows only a few.
//
//	file := arm64.NewFile("blas", "command gemm")
//	f := file.Func("sadd4", "func(x, y *float32)")
//	f.Doc("sadd4 adds four elements of x to those of y.")
//	x, y := arm64.R(0), arm64.R(1)
//	f.Arg("x", x)
//	f.Arg("y", y)
//	f.Load(arm64.Q, arm64.V(0), arm64.At(x, 0))
//	f.Load(arm64.Q, arm64.V(1), arm64.At(y, 0))
//	f.Op("FADD", arm64.S4, arm64.V(1), arm64.V(0), arm64.V(1))
//	f.Store(arm64.Q, arm64.V(1), arm64.At(y, 0))
//	f.Return()
//	err := file.Write("add_arm64.s", "add_arm64.go")
//
// Operands stand in ARM's order, the result first. An instruction that Go's
// assembler has is written by its Go name. Every other one is written as its
// word, with ARM's own syntax in the comment:
//
//	WORD $0x4e21d401 // FADD V1.4S, V0.4S, V1.4S
//
// The words come from a table (table.go) made from the "A64 instruction set"
// chapters of the Arm Architecture Reference Manual, DDI 0487. A test hands all
// comments to LLVM's assembler, which must come to the same words.
//
// Registers are fixed, R(0) and V(0), or virtual, Int() and Vec(): allocate
// finds registers for the latter. A mistake in the use of the package, such as
// an unknown instruction or an offset out of range, panics: it is a mistake in a
// generator, which nobody but its author runs.
package arm64
