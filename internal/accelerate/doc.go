// Package accelerate multiplies matrices with Apple's Accelerate, which every
// macOS has. Its products run on the matrix units of Apple's processors. The M1
// to M3 have no documented instructions for those; the M4 has Arm's SME, for
// which gokfac has no kernels. The library is opened when it is asked for, at run
// time, without cgo.
//
//	Gemm   C = α·op(A)·op(B) + β·C
//	Syrk   C = α·A·Aᵀ or α·AᵀA + β·C, one triangle
//
// Matrices are row-major, as in package blas, which checks the arguments.
//
// # The interface
//
// Accelerate has two interfaces. C's, cblas_sgemm, takes numbers; Fortran's,
// sgemm_, takes the addresses of all of them. This package calls the second, with
// 13 addresses and 10 for Syrk:
//
//   - purego.SyscallN passes addresses but no floating-point numbers, of which
//     cblas_sgemm has two, α and β. purego.RegisterFunc passes both, by
//     reflection, which allocates in every call: 12 times for cblas_sgemm on
//     Linux, where it takes 0.65 µs and this package 0.15 (BenchmarkCall). On arm64
//     Macs it makes a struct type in every call as well. Here nothing is allocated.
//   - The arguments beyond the eighth are on the stack, where Apple's arm64 packs
//     them by their size, unlike everyone else's ("Writing ARM64 code for Apple
//     platforms"). Addresses have 8 bytes, and so the same places everywhere: what
//     the tests see of OpenBLAS on Linux is what happens on a Mac, too. purego's
//     code for such calls (sys_arm64.s) is the same for both, but for errno.
//
// Since macOS 13.3, Accelerate has Fortran's interface a second time, under names
// such as sgemm$NEWLAPACK. Apple has declared the first one out of date, and keeps
// it for programs that were built with it (github.com/numpy/numpy/pull/24053). The
// second one is called where it is there.
//
// Fortran's matrices are column-major: a row-major matrix is its own transpose
// there. Hence Cᵀ = α·op(B)ᵀop(A)ᵀ + β·Cᵀ is what is asked for, and the other
// triangle.
//
// Integers have 32 bits in both. Package blas multiplies matrices that
// need more itself.
//
// The calls need no Mac to be tested: on Linux, go test -tags accelerate calls
// OpenBLAS, on arm64 and under its emulation, too. What only a Mac can show is that
// Accelerate is found and what its products are: there, go test ./... runs the
// tests of this package and of package blas on it.
//
// # Memory
//
// The garbage collector does not move what is on the heap. A call is a value on
// the heap that holds the addresses of the matrices, so these are on the heap
// too, and alive until the call returns. Accelerate keeps no address.
//
// # What Accelerate does not promise
//
//   - It has threads of its own. The number of workers of gokfac does not limit
//     them; VECLIB_MAXIMUM_THREADS in the environment does.
//   - The same product may have other bits the next time, and a row of C depends
//     on the number of rows.
//   - Vectors: with one row, β = 0, and B at an odd address, C is read, and a NaN
//     in it stays (github.com/ml-explore/mlx/pull/3563 has the shape and the
//     hundred runs). Package blas multiplies vectors itself.
//
// # Why a build tag
//
// Only a build with the tag accelerate, for macOS on arm64, imports this package.
// A program that contains purego differs from one that does not, whether it
// multiplies or not:
//
//   - It tells the runtime that there is C in it (purego's internal/fakecgo).
//     Other code starts all threads, and the runtime no longer ends a program in
//     which all goroutines are asleep. Nor is there -buildmode=c-archive.
//   - If CGO_ENABLED is not 0, runtime/cgo is part of the program, and a C compiler
//     of the build. A Mac without Xcode's tools has none, but a command that asks
//     to install them, which the go command takes for one: gokfac, which needs
//     nothing but the Go toolchain, would not build there.
//   - Its assembly and its links into the runtime have to follow every version of
//     Go.
//   - cmd/train has 0.17 MB more of 44.2 MB, and four packages more.
//
// Nobody has measured what Accelerate gains. Until then, whoever trains on a Mac
// without having asked for it has none of this.
//
// A call by package syscall alone, without purego, would not do: Accelerate's
// threads are not the runtime's, and a signal that arrives on one of them ends a
// program whose runtime knows of no C (badsignal in runtime/signal_unix.go).
package accelerate
