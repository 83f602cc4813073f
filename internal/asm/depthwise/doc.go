// Command depthwise writes the assembly of package internal/depthwise, for AVX-512, AVX2 and
// NEON, in float32 and float64.
//
// After a change here, regenerate, in this folder, with
//
//	go generate
//
// and commit the resulting kernels_*.s and their stubs.
package main

//go:generate go run . -isa avx512 -pkg depthwise -out ../../depthwise/kernels_avx512_amd64.s -stubs ../../depthwise/kernels_avx512_amd64.go
//go:generate go run . -isa avx2 -pkg depthwise -out ../../depthwise/kernels_avx2_amd64.s -stubs ../../depthwise/kernels_avx2_amd64.go
//go:generate go run . -isa neon -pkg depthwise -out ../../depthwise/kernels_neon_arm64.s -stubs ../../depthwise/kernels_neon_arm64.go
