//go:build amd64 && !noasm

package elementwise

import "github.com/gokfac/gokfac/internal/isa"

func kernelsOf(set isa.Set) *kernels[float32] {
	switch set {
	case isa.AVX512:
		return &kernels[float32]{
			set:        set,
			cheapPiece: vectorCheap, costlyPiece: vectorCostly,
			relu: reluavx512, tanh: tanhavx512, sigmoid: sigmoidavx512, exp: expavx512, log: logavx512,
			reluGrad: reluGradavx512, tanhGrad: tanhGradavx512, sigmoidGrad: sigmoidGradavx512,
			gelu: geluavx512, geluGrad: geluGradavx512, silu: siluavx512, siluGrad: siluGradavx512,
			softplus: softplusavx512, softplusGrad: softplusGradavx512,
			elu: eluavx512, eluGrad: eluGradavx512, leakyReLU: leakyReLUavx512, leakyReLUGrad: leakyReLUGradavx512,
			residual: residualavx512, softmax: softmaxavx512, softmaxCost: softmaxCostavx512, sigmoidCost: sigmoidCostavx512,
		}
	case isa.AVX2:
		return &kernels[float32]{
			set:        set,
			cheapPiece: vectorCheap, costlyPiece: vectorCostly,
			relu: reluavx2, tanh: tanhavx2, sigmoid: sigmoidavx2, exp: expavx2, log: logavx2,
			reluGrad: reluGradavx2, tanhGrad: tanhGradavx2, sigmoidGrad: sigmoidGradavx2,
			gelu: geluavx2, geluGrad: geluGradavx2, silu: siluavx2, siluGrad: siluGradavx2,
			softplus: softplusavx2, softplusGrad: softplusGradavx2,
			elu: eluavx2, eluGrad: eluGradavx2, leakyReLU: leakyReLUavx2, leakyReLUGrad: leakyReLUGradavx2,
			residual: residualavx2, softmax: softmaxavx2, softmaxCost: softmaxCostavx2, sigmoidCost: sigmoidCostavx2,
		}
	}
	return plain[float32]()
}

func softmaxCostavx512(z, labels []float32, classes int) float64 {
	return rowCosts(isa.AVX512, z, labels, classes)
}

func softmaxCostavx2(z, labels []float32, classes int) float64 {
	return rowCosts(isa.AVX2, z, labels, classes)
}

// exponentialSums calls the set's kernel by name, so that the arrays stay on the caller's stack.
func exponentialSums(set isa.Set, z []float32, classes int, maxima *float32, sums *float64) {
	if set == isa.AVX512 {
		exponentialSumsavx512(z, classes, maxima, sums)
		return
	}
	exponentialSumsavx2(z, classes, maxima, sums)
}
