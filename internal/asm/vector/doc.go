// Command vector writes the assembly of packages internal/vector, internal/pooling
// and internal/moments: the same loops for AVX-512, AVX2 and NEON, in float32 and
// float64.
//
// After a change here, regenerate, in this folder, with
//
//	go generate
//
// and commit the resulting *_amd64.s, *_arm64.s and their stubs.
package main

//go:generate go run . -isa avx512 -pkg vector -out ../../vector/vector_avx512_amd64.s -stubs ../../vector/vector_avx512_amd64.go
//go:generate go run . -isa avx2 -pkg vector -out ../../vector/vector_avx2_amd64.s -stubs ../../vector/vector_avx2_amd64.go
//go:generate go run . -isa transpose -pkg vector -out ../../vector/transpose_amd64.s -stubs ../../vector/transpose_amd64.go
//go:generate go run . -isa avx512 -kernels pooling -pkg pooling -out ../../pooling/kernels_avx512_amd64.s -stubs ../../pooling/kernels_avx512_amd64.go
//go:generate go run . -isa avx2 -kernels pooling -pkg pooling -out ../../pooling/kernels_avx2_amd64.s -stubs ../../pooling/kernels_avx2_amd64.go
//go:generate go run . -isa avx512 -kernels moments -pkg moments -out ../../moments/kernels_avx512_amd64.s -stubs ../../moments/kernels_avx512_amd64.go
//go:generate go run . -isa avx2 -kernels moments -pkg moments -out ../../moments/kernels_avx2_amd64.s -stubs ../../moments/kernels_avx2_amd64.go
//go:generate go run . -isa neon -pkg vector -out ../../vector/vector_neon_arm64.s -stubs ../../vector/vector_neon_arm64.go
//go:generate go run . -isa transposeneon -pkg vector -out ../../vector/transpose_arm64.s -stubs ../../vector/transpose_arm64.go
//go:generate go run . -isa neon -kernels pooling -pkg pooling -out ../../pooling/kernels_neon_arm64.s -stubs ../../pooling/kernels_neon_arm64.go
//go:generate go run . -isa neon -kernels moments -pkg moments -out ../../moments/kernels_neon_arm64.s -stubs ../../moments/kernels_neon_arm64.go
