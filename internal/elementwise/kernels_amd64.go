//go:build amd64 && !noasm

package elementwise

import (
	"math"

	"github.com/gokfac/gokfac/internal/isa"
)

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

const (
	// rowBlock is how many rows share the arrays between assembly and Go.
	rowBlock = 64
	// productLimit leaves room for one more factor, a number of classes.
	productLimit = 0x1p900
)

// rowCosts is Σ_n max_n - z_{n,label_n} + log Σ_c exp(z_nc - max_n). A product
// of sums has its logarithm taken at once: one for some hundred rows of 10
// classes, with an error of half an ulp of 1 per row, as the sums have.
func rowCosts(set isa.Set, z, labels []float32, classes int) float64 {
	var maxima [rowBlock]float32
	var sums [rowBlock]float64
	var cost float64
	product := 1.0
	for len(labels) > 0 {
		n := min(rowBlock, len(labels))
		// Called by name, so that the arrays stay on the stack.
		if set == isa.AVX512 {
			exponentialSumsavx512(z[:n*classes], classes, &maxima[0], &sums[0])
		} else {
			exponentialSumsavx2(z[:n*classes], classes, &maxima[0], &sums[0])
		}
		for i, label := range labels[:n] {
			cost += float64(maxima[i]) - float64(z[i*classes : (i+1)*classes][int(label)])
			product *= sums[i]
			if product > productLimit {
				cost += math.Log(product)
				product = 1
			}
		}
		z, labels = z[n*classes:], labels[n:]
	}
	return cost + math.Log(product)
}
