package elementwise

import "github.com/gokfac/gokfac/internal/isa"

// Float is the set of element types gokfac computes in.
type Float interface{ float32 | float64 }

// kernels are the functions of one instruction set. Slices are of one length,
// checked before; pieces of work call them side by side.
type kernels[T Float] struct {
	set isa.Set
	// Lengths of pieces, in elements: for functions that wait for memory, and for functions that compute exponentials.
	cheapPiece, costlyPiece          int
	relu, tanh, sigmoid, exp, log    func(y, x []T)
	gelu, silu, softplus             func(y, x []T)
	elu, leakyReLU                   func(y, x []T, scale T)
	reluGrad, tanhGrad, sigmoidGrad  func(dx, y, dy []T)
	geluGrad, siluGrad, softplusGrad func(dx, x, dy []T)
	eluGrad                          func(dx, y, dy []T, scale T)
	leakyReLUGrad                    func(dx, x, dy []T, scale T)
	residual                         func(dz, p, y []T, scale T)
	softmax                          func(p, z []T, classes int)
	softmaxCost                      func(z, labels []T, classes int) float64
	sigmoidCost                      func(z, y []T) float64
}

// A piece takes two to ten microseconds. A lingering helper starts in less.
const (
	vectorCheap  = 1 << 14
	vectorCostly = 1 << 15
	plainCheap   = 1 << 14
	plainCostly  = 1 << 11
)

// plain returns the kernels in Go.
func plain[T Float]() *kernels[T] {
	k := &kernels[T]{
		set:        isa.Generic,
		cheapPiece: plainCheap, costlyPiece: plainCostly,
		relu: relu[T], tanh: tanh[T], sigmoid: sigmoid[T], exp: exp[T], log: log[T],
		reluGrad: reluGrad[T], tanhGrad: tanhGrad[T], sigmoidGrad: sigmoidGrad[T],
		gelu: gelu[T], geluGrad: geluGrad[T], silu: silu[T], siluGrad: siluGrad[T],
		softplus: softplus[T], softplusGrad: softplusGrad[T],
		elu: elu[T], eluGrad: eluGrad[T], leakyReLU: leakyReLU[T], leakyReLUGrad: leakyReLUGrad[T],
		residual: residual[T], softmax: softmax[T], softmaxCost: softmaxCost[T], sigmoidCost: sigmoidCost[T],
	}
	if k, ok := any(k).(*kernels[float32]); ok {
		k.exp, k.tanh, k.sigmoid = expSingle, tanhSingle, sigmoidSingle
		k.silu, k.siluGrad, k.softplusGrad, k.elu = siluSingle, siluGradSingle, softplusGradSingle, eluSingle
		k.softmax, k.softmaxCost = softmaxSingle, softmaxCostSingle
		k.relu, k.reluGrad = reluSingle, reluGradSingle
	}
	return k
}
