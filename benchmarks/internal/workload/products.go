package workload

import (
	"fmt"
	"math/rand/v2"

	"github.com/gokfac/gokfac/internal/blas"
)

// Product is C = op(A)·op(B), where op(A) is m×k and op(B) is k×n.
type Product struct {
	M, N, K        int
	TransA, TransB bool
}

// Orientation is NN, TN, NT or TT, a T for each operand that is transposed.
func (p Product) Orientation() string {
	name := map[bool]string{false: "N", true: "T"}
	return name[p.TransA] + name[p.TransB]
}

// Shape is m×n×k.
func (p Product) Shape() string { return fmt.Sprintf("%d×%d×%d", p.M, p.N, p.K) }

// FLOPs counts a multiplication and an addition as two.
func (p Product) FLOPs() float64 { return 2 * float64(p.M) * float64(p.N) * float64(p.K) }

// Strides are the lengths of the rows of A, B and C stored without gaps.
func (p Product) Strides() (a, b, c int) {
	a, b, c = p.K, p.N, p.N
	if p.TransA {
		a = p.M
	}
	if p.TransB {
		b = p.K
	}
	return a, b, c
}

// operand is a matrix of layer number layer.
type operand struct {
	kind  string
	layer int
}

const (
	input          = "input"
	weight         = "weight"
	outputGradient = "gradient at the output"
)

// call is a product of a training step with its operands.
type call struct {
	Product
	a, b operand
}

// calls are the products of a training step in its order: forward S = XW, then
// from the last layer to the first its weight gradient XᵀG and its input's,
// GWᵀ. Nobody needs the gradient at the network's own input.
func (n Network) calls(batch int) []call {
	var list []call
	layers := len(n.Widths) - 1
	for l := range layers {
		list = append(list, call{Product{M: batch, N: n.Widths[l+1], K: n.Widths[l]}, operand{input, l}, operand{weight, l}})
	}
	for l := layers - 1; l >= 0; l-- {
		in, out := n.Widths[l], n.Widths[l+1]
		list = append(list, call{Product{M: in, N: out, K: batch, TransA: true}, operand{input, l}, operand{outputGradient, l}})
		if l > 0 {
			list = append(list, call{Product{M: batch, N: in, K: out, TransB: true}, operand{outputGradient, l}, operand{weight, l}})
		}
	}
	return list
}

// Products are those of a training step, in its order.
func (n Network) Products(batch int) []Product {
	var list []Product
	for _, c := range n.calls(batch) {
		list = append(list, c.Product)
	}
	return list
}

// Pass returns a function that computes a step's products and nothing else, on
// matrices shared between them as in the step: a layer's input, weight and
// output gradient are read by two products each, and every result has a place
// of its own.
func (n Network) Pass(batch int) (run func()) {
	rng := rand.New(rand.NewPCG(1, 2))
	matrices := map[operand][]float32{}
	matrix := func(o operand, size int) []float32 {
		if matrices[o] == nil {
			matrices[o] = Random[float32](rng, size)
		}
		return matrices[o]
	}
	var products []func()
	for _, p := range n.calls(batch) {
		a, b, c := matrix(p.a, p.M*p.K), matrix(p.b, p.K*p.N), make([]float32, p.M*p.N)
		lda, ldb, ldc := p.Strides()
		products = append(products, func() {
			blas.Gemm(p.TransA, p.TransB, p.M, p.N, p.K, 1, a, lda, b, ldb, 0, c, ldc)
		})
	}
	return func() {
		for _, product := range products {
			product()
		}
	}
}

// Random is n numbers uniform in [−½, ½).
func Random[T blas.Float](rng *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(rng.Float64() - 0.5)
	}
	return x
}
