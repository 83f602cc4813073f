//go:build amd64 && !noasm

package blas

import "github.com/gokfac/gokfac/internal/isa"

var avx512 = tier{
	set: isa.AVX512,
	f32: &kernels[float32]{
		tiles: [][]tile[float32]{
			{sgemm4x16avx512, sgemm4x32avx512},
			{sgemm8x16avx512, sgemm8x32avx512},
			{sgemm12x16avx512, sgemm12x32avx512},
		},
		rowTiles: [][]tile[float32]{
			{sgemm4x16rowavx512, sgemm4x32rowavx512},
			{sgemm8x16rowavx512, sgemm8x32rowavx512},
			{sgemm12x16rowavx512, sgemm12x32rowavx512},
		},
		rowUnit: 4, colUnit: 16,
		copyRows: copyRows, copyPanels: copyPanels, transpose: stranspose4, solve8: ssolve8avx512, multiply8: smultiply8avx512,
		addRows: saddrowsavx512, addDots: sadddotsavx512, outer: souteravx512,
		awakeShare: awakeShare, outerShare: outerShare, depth: 512, rowPanels: 2, colPanels: 8, directRows: 512, conflictRows: 192,
	},
	f64: &kernels[float64]{
		tiles: [][]tile[float64]{
			{dgemm4x8avx512, dgemm4x16avx512},
			{dgemm8x8avx512, dgemm8x16avx512},
			{dgemm12x8avx512, dgemm12x16avx512},
		},
		rowTiles: [][]tile[float64]{
			{dgemm4x8rowavx512, dgemm4x16rowavx512},
			{dgemm8x8rowavx512, dgemm8x16rowavx512},
			{dgemm12x8rowavx512, dgemm12x16rowavx512},
		},
		rowUnit: 4, colUnit: 8,
		copyRows: copyRows, copyPanels: copyPanels, transpose: dtranspose4, solve8: dsolve8avx512, multiply8: dmultiply8avx512,
		addRows: daddrowsavx512, addDots: dadddotsavx512, outer: douteravx512,
		awakeShare: awakeShare, outerShare: outerShare, depth: 512, rowPanels: 2, colPanels: 8, directRows: 512, conflictRows: 192,
	},
}

var avx2 = tier{
	set: isa.AVX2,
	f32: &kernels[float32]{
		tiles: [][]tile[float32]{
			{sgemm4x8avx2, sgemm4x16avx2, sgemm4x24avx2},
			{sgemm8x8avx2},
			{sgemm12x8avx2},
		},
		rowTiles: [][]tile[float32]{
			{sgemm4x8rowavx2, sgemm4x16rowavx2, sgemm4x24rowavx2},
			{sgemm8x8rowavx2},
			{sgemm12x8rowavx2},
		},
		rowUnit: 4, colUnit: 8,
		copyRows: copyRows, copyPanels: copyPanels, transpose: stranspose4, solve8: ssolve8avx2, multiply8: smultiply8avx2,
		addRows: saddrowsavx2, addDots: sadddotsavx2, outer: souteravx2,
		awakeShare: awakeShare, outerShare: outerShare, depth: 512, rowPanels: 6, colPanels: 4, directRows: 192, conflictRows: 16,
	},
	f64: &kernels[float64]{
		tiles: [][]tile[float64]{
			{dgemm4x4avx2, dgemm4x8avx2, dgemm4x12avx2},
			{dgemm8x4avx2},
			{dgemm12x4avx2},
		},
		rowTiles: [][]tile[float64]{
			{dgemm4x4rowavx2, dgemm4x8rowavx2, dgemm4x12rowavx2},
			{dgemm8x4rowavx2},
			{dgemm12x4rowavx2},
		},
		rowUnit: 4, colUnit: 4,
		copyRows: copyRows, copyPanels: copyPanels, transpose: dtranspose4, solve8: dsolve8avx2, multiply8: dmultiply8avx2,
		addRows: daddrowsavx2, addDots: dadddotsavx2, outer: douteravx2,
		awakeShare: awakeShare, outerShare: outerShare, depth: 512, rowPanels: 6, colPanels: 4, directRows: 192, conflictRows: 16,
	},
}

func tierOf(set isa.Set) *tier {
	switch set {
	case isa.AVX512:
		return &avx512
	case isa.AVX2:
		return &avx2
	}
	return &generic
}

// Shares for helpers that are awake. Steps of SGD of a 784-512-512-10 network on a Zen 5, lower deciles of alternate steps,
// without and with, ms: batch 1, whose outer products are shared, AVX2 0.155 and 0.133, AVX-512 0.318 and 0.253; batch 8
// 0.384 and 0.255, 0.440 and 0.418; batch 512 8.99 and 8.90, 4.96 and 4.90. With products of 64×512×10, 5 µs, shared as
// well: batch 64 1.776 and 1.794 with AVX2, 1.085 and 1.129 with AVX-512.
const (
	awakeShare = 1 << 20
	outerShare = 1 << 17
)
