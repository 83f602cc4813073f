// Command asm writes the assembly of package blas: the tile kernels and the
// packing kernels of its AVX-512 and AVX2 tiers, with avo. It is a module of
// its own so that users of gokfac neither build nor download avo.
//
// After a change here, regenerate from this folder with
//
//	go generate
//
// and commit the resulting gemm_*_amd64.s, pack_amd64.s and their stubs.
package main

//go:generate go run . -isa avx512 -pkg blas -out ../gemm_avx512_amd64.s -stubs ../gemm_avx512_amd64.go
//go:generate go run . -isa avx2 -pkg blas -out ../gemm_avx2_amd64.s -stubs ../gemm_avx2_amd64.go
//go:generate go run . -isa pack -pkg blas -out ../pack_amd64.s -stubs ../pack_amd64.go
