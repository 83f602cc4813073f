//go:build !noasm

package blas

import "github.com/gokfac/gokfac/internal/isa"

// The blocking of the NEON tier is reasoned, not measured: no such machine was
// at hand. L1 is the first level of the data cache.
//
//	                L1        L2
//	Cortex-A76      64 KiB    256 to 512 KiB a core
//	Neoverse N1     64 KiB    512 KiB to 1 MiB a core
//	Apple M1        128 KiB   12 MiB for four cores
//
// A pass of 512 steps keeps a panel of A in the L1 cache: 8×512 float32 or 4×512
// float64 are 16 KiB. A panel of B, 12×512 elements of 24 or 48 KiB, comes by from
// the L2 cache at 48 bytes in 12 cycles (96 in the same time for float64), a
// quarter of what that cache gives. An item's panels of B stay in half of the
// smallest L2 cache, 128 KiB: 4 panels of float32 are 96 KiB, of float64 192 KiB, so
// those are 2. Six panels of A at a time use each of them again.
//
// B is packed later than with AVX: the tile is 48 or 96 bytes wide, so in place a
// panel takes half of a cache line of 128 bytes, or one of 64, from each row, and
// 8 rows of C, not 12, share what that brings. From 192 rows on, packing costs
// less than 1/24 of the product's time; it is worth more to rows that meet in
// the same sets, which are 256 lines of 4 ways in 64 KiB.
var neon = tier{
	set: isa.NEON,
	f32: &kernels[float32]{
		tiles: [][]tile[float32]{
			{sgemm4x4neon, sgemm4x8neon, sgemm4x12neon},
			{sgemm8x4neon, sgemm8x8neon, sgemm8x12neon},
			{sgemm12x4neon, sgemm12x8neon},
			{sgemm16x4neon},
		},
		rowTiles: [][]tile[float32]{
			{sgemm4x4rowneon, sgemm4x8rowneon, sgemm4x12rowneon},
			{sgemm8x4rowneon, sgemm8x8rowneon, sgemm8x12rowneon},
			{sgemm12x4rowneon, sgemm12x8rowneon},
			{sgemm16x4rowneon},
		},
		rowUnit: 4, colUnit: 4,
		copyRows: copyRows, transpose: stranspose4, solve8: ssolve8neon, multiply8: smultiply8neon,
		addRows: saddrowsneon, addDots: sadddotsneon,
		depth: 512, rowPanels: 6, colPanels: 4, directRows: 192, conflictRows: 16,
	},
	f64: &kernels[float64]{
		tiles: [][]tile[float64]{
			{dgemm4x4neon, dgemm4x8neon, dgemm4x12neon},
			{dgemm8x4neon},
			{dgemm12x4neon},
		},
		rowTiles: [][]tile[float64]{
			{dgemm4x4rowneon, dgemm4x8rowneon, dgemm4x12rowneon},
			{dgemm8x4rowneon},
			{dgemm12x4rowneon},
		},
		rowUnit: 4, colUnit: 4,
		copyRows: copyRows, transpose: dtranspose4, solve8: dsolve8neon, multiply8: dmultiply8neon,
		addRows: daddrowsneon, addDots: dadddotsneon,
		depth: 512, rowPanels: 6, colPanels: 2, directRows: 192, conflictRows: 16,
	},
}

func tierOf(set isa.Set) *tier {
	if set == isa.NEON {
		return &neon
	}
	return &generic
}
