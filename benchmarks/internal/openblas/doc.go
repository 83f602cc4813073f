// Package openblas calls an installed OpenBLAS, without cgo and without
// anything to compile: a yardstick for benchmarks, not a dependency.
//
// Matrices are row-major, as in gokfac's own package blas. OpenBLAS's products
// have a row-major interface; its LAPACK is column-major, so a row-major upper
// triangle is passed as a lower one, which for a symmetric matrix is the same.
//
// # Threads at rest
//
// After each product OpenBLAS's threads wait for the next one by asking for it
// in a loop, by default for 2²⁶ cycles, about 25 ms. That is their way to
// be quick in a stream of products, and would slow whoever is measured next on
// the same cores. Open therefore asks for 2²⁰ cycles, unless
// OPENBLAS_THREAD_TIMEOUT is set, and Rest waits until they are over. A product
// that follows another at once finds the threads waiting all the same.
package openblas
