package natural_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// randomSymmetric has standard normal elements.
func randomSymmetric(n int, rng *rand.Rand) *mat.SymDense {
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			s.SetSym(i, j, rng.NormFloat64())
		}
	}
	return s
}

// rotated is QΛQᵀ with Q a random rotation, and Q.
func rotated(eigenvalues []float64, rng *rand.Rand) (*mat.SymDense, *mat.Dense) {
	n := len(eigenvalues)
	a := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			a.Set(i, j, rng.NormFloat64())
		}
	}
	var qr mat.QR
	qr.Factorize(a)
	var q mat.Dense
	qr.QTo(&q)
	return congruent(&q, mat.NewDiagDense(n, eigenvalues)), &q
}

// congruent is ASAᵀ.
func congruent(a, s mat.Matrix) *mat.SymDense {
	var d mat.Dense
	d.Product(a, s, a.T())
	n, _ := d.Dims()
	c := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			c.SetSym(i, j, (d.At(i, j)+d.At(j, i))/2)
		}
	}
	return c
}

func TestPackingOfSymmetricMatrices(t *testing.T) {
	s := mat.NewSymDense(3, []float64{1, 2, 4, 2, 3, 5, 4, 5, 6})
	packed := make([]float64, natural.PackedSize(3))
	natural.Pack(packed, s)
	assert.Equal(t, []float64{1, 2, 3, 4, 5, 6}, packed, "the lower triangle, row by row")
	var back mat.SymDense
	natural.Unpack(&back, packed, 3)
	assert.True(t, mat.Equal(s, &back))

	// The gradient by packed elements is the one for which dL = tr(G·dΣ).
	rng := rand.New(rand.NewPCG(1, 2))
	g, step := randomSymmetric(3, rng), randomSymmetric(3, rng)
	gradient, d := make([]float64, 6), make([]float64, 6)
	natural.PackGradient(gradient, g)
	natural.Pack(d, step)
	var product mat.Dense
	product.Mul(g, step)
	assert.InDelta(t, mat.Trace(&product), floats.Dot(gradient, d), 1e-14)
	back.Reset()
	natural.UnpackGradient(&back, gradient, 3)
	assert.True(t, mat.Equal(g, &back))
}
