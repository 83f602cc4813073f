//go:build arm64 && !noasm

package elementwise

import "github.com/gokfac/gokfac/internal/isa"

func kernelsOf(set isa.Set) *kernels[float32] {
	if set != isa.NEON {
		return plain[float32]()
	}
	return &kernels[float32]{
		set:        set,
		cheapPiece: vectorCheap, costlyPiece: vectorCostly,
		relu: reluneon, tanh: tanhneon, sigmoid: sigmoidneon, exp: expneon, log: logneon,
		reluGrad: reluGradneon, tanhGrad: tanhGradneon, sigmoidGrad: sigmoidGradneon,
		gelu: geluneon, geluGrad: geluGradneon, silu: siluneon, siluGrad: siluGradneon,
		softplus: softplusneon, softplusGrad: softplusGradneon,
		elu: eluneon, eluGrad: eluGradneon, leakyReLU: leakyReLUneon, leakyReLUGrad: leakyReLUGradneon,
		residual: residualneon, softmax: softmaxneon, softmaxCost: softmaxCostneon, sigmoidCost: sigmoidCostneon,
	}
}

func softmaxCostneon(z, labels []float32, classes int) float64 {
	return rowCosts(isa.NEON, z, labels, classes)
}

// exponentialSums calls the kernel by name, so that the arrays stay on the caller's stack.
func exponentialSums(_ isa.Set, z []float32, classes int, maxima *float32, sums *float64) {
	exponentialSumsneon(z, classes, maxima, sums)
}
