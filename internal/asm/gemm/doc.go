// Command gemm writes the assembly of package blas: the tile kernels, the
// matrix-vector kernels and the packing kernels of its AVX-512 and AVX2 tiers with
// avo, those of its NEON tier with package arm64. All generators are in a module of
// their own, so that users of gokfac neither build nor download avo.
//
// After a change here, regenerate, in this folder, with
//
//	go generate
//
// and commit the resulting gemm_*.s, pack_*.s and their stubs.
package main

//go:generate go run . -isa avx512 -pkg blas -out ../../blas/gemm_avx512_amd64.s -stubs ../../blas/gemm_avx512_amd64.go
//go:generate go run . -isa avx2 -pkg blas -out ../../blas/gemm_avx2_amd64.s -stubs ../../blas/gemm_avx2_amd64.go
//go:generate go run . -isa pack -pkg blas -out ../../blas/pack_amd64.s -stubs ../../blas/pack_amd64.go
//go:generate go run . -isa neon -pkg blas -out ../../blas/gemm_neon_arm64.s -stubs ../../blas/gemm_neon_arm64.go
//go:generate go run . -isa neonpack -pkg blas -out ../../blas/pack_arm64.s -stubs ../../blas/pack_arm64.go
