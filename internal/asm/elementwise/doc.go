// Command elementwise writes the assembly of package elementwise, for AVX-512, AVX2
// with FMA and NEON. Every function is written once, over a machine
// that has the instructions of one set; all do the same operations in the same
// order, so that their results have the same bits.
//
// After a change here, regenerate, in this folder, with
//
//	go generate
//
// and commit the resulting kernels_*.s and their stubs.
package main

//go:generate go run . -isa avx512 -pkg elementwise -out ../../elementwise/kernels_avx512_amd64.s -stubs ../../elementwise/kernels_avx512_amd64.go
//go:generate go run . -isa avx2 -pkg elementwise -out ../../elementwise/kernels_avx2_amd64.s -stubs ../../elementwise/kernels_avx2_amd64.go
//go:generate go run . -isa neon -pkg elementwise -out ../../elementwise/kernels_neon_arm64.s -stubs ../../elementwise/kernels_neon_arm64.go
