package losses

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gokfac/gokfac/graph"
)

// HessianProduct adds H_L·t for every example, N×C, from t N×C, without 1/N: as
// B·(Bᵀt), which is symmetric and positive semidefinite whatever the rounding.
func HessianProduct(b *graph.Builder, l Loss, z, t *graph.Node) (*graph.Node, error) {
	half, err := l.FactorTransposeProduct(b, z, t)
	if err != nil {
		return nil, err
	}
	return l.FactorProduct(b, z, half)
}

// RandomSigns adds an N×C matrix of elements ±scale, z's shape. Each run draws
// anew (graph.Cotangents).
func RandomSigns(b *graph.Builder, z *graph.Node, scale float64) (*graph.Node, error) {
	draws := b.DrawsOf(graph.Cotangents)
	return b.Apply(graph.Op{
		Name:  "random-signs",
		Shape: z.Shape().Clone(),
		F32:   graph.ByExample(draws, func(r *rand.Rand, out, _ []float32) { signs(r.Uint64, float32(scale), out) }),
		F64:   graph.ByExample(draws, func(r *rand.Rand, out, _ []float64) { signs(r.Uint64, scale, out) }),
		Const: true,
	}, z)
}

// signs uses every bit of a random number.
func signs[T graph.Float](bits func() uint64, scale T, out []T) {
	both := [2]T{scale, -scale}
	var u uint64
	for i := range out {
		if i%64 == 0 {
			u = bits()
		}
		out[i] = both[u&1]
		u >>= 1
	}
}

// factorOp adds a product with the loss's factor B, or with its transpose, from
// the mean p of the predictive distribution and the vectors t. It is a constant
// to derivatives: nothing differentiates a curvature.
func factorOp(b *graph.Builder, name string, f32 func(out []float32, in [][]float32), f64 func(out []float64, in [][]float64), p, t *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{Name: name, Shape: p.Shape().Clone(), F32: f32, F64: f64, Const: true}, p, t)
}

// checkVectors returns an error unless t has a vector for each example of z.
func checkVectors(l fmt.Stringer, z, t *graph.Node) error {
	if z == nil || t == nil {
		return fmt.Errorf("losses: %s: a node is nil", l)
	}
	if err := checkOutputs(l.String(), z.Shape()); err != nil {
		return err
	}
	if !t.Shape().Eq(z.Shape()) {
		return fmt.Errorf("losses: %s: vectors of shape %v for outputs of shape %v", l, t.Shape(), z.Shape())
	}
	return nil
}

// softmaxFactor is B·r = √p∘r − p·(√pᵀr) for rows of c classes.
func softmaxFactor[T graph.Float](c int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		p, r := in[0], in[1]
		for i := 0; i < len(out); i += c {
			var dot float64
			for j := i; j < i+c; j++ {
				v := root(p[j]) * r[j]
				out[j] = v
				dot += float64(v)
			}
			for j := i; j < i+c; j++ {
				out[j] -= p[j] * T(dot)
			}
		}
	}
}

// softmaxFactorTranspose is Bᵀt = √p∘(t − pᵀt): the mean is taken off before
// the product, so that a common offset of t costs no more than its own digits.
func softmaxFactorTranspose[T graph.Float](c int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		p, t := in[0], in[1]
		for i := 0; i < len(out); i += c {
			mean := rowMean(p[i:i+c], t[i:i+c])
			for j := i; j < i+c; j++ {
				out[j] = root(p[j]) * T(float64(t[j])-mean)
			}
		}
	}
}

// bernoulliFactor is √(p(1−p))∘t: B is diagonal.
func bernoulliFactor[T graph.Float](out []T, in [][]T) {
	t := in[1]
	for i, p := range in[0] {
		out[i] = root(p*(1-p)) * t[i]
	}
}

func root[T graph.Float](x T) T { return T(math.Sqrt(float64(x))) }
