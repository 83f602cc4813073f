package curvature_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// ulp is the distance of 1 from the next float64.
const ulp = 0x1p-52

// spectrum is a symmetric matrix that is made of its eigenvalues.
type spectrum struct {
	name   string
	values []float64
}

// spectra are those that are hard for methods of products: clusters, equal eigenvalues, few
// or no positive ones, a wide range.
func spectra() []spectrum {
	const n = 60
	fill := func(f func(i int) float64) []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = f(i)
		}
		return values
	}
	return []spectrum{
		{"spread evenly", fill(func(i int) float64 { return float64(i+1) / n })},
		{"geometric, condition 1e6", fill(func(i int) float64 { return math.Pow(10, -6*float64(i)/(n-1)) })},
		{"two tight clusters", fill(func(i int) float64 { return float64(1+i%2) + 1e-9*float64(i) })},
		{"repeated: 20 of each of 3", fill(func(i int) float64 { return float64(1 + i%3) })},
		{"the identity times 3", fill(func(int) float64 { return 3 })},
		{"rank 7", fill(func(i int) float64 { return max(0, float64(7-i)) })},
		{"rank 1", fill(func(i int) float64 { return max(0, float64(1-i)) })},
		{"zero", fill(func(int) float64 { return 0 })},
		{"negative", fill(func(i int) float64 { return -float64(i+1) / n })},
		{"a bulk about 0 and outliers on both sides", fill(func(i int) float64 {
			switch i {
			case 0:
				return 40
			case 1:
				return 39.999
			case 2:
				return -5
			}
			return 0.01 * math.Sin(float64(i))
		})},
		{"±1, so that the greatest sizes are equal", fill(func(i int) float64 { return float64(1 - 2*(i%2)) })},
		{"scaled to 1e-200", fill(func(i int) float64 { return 1e-200 * float64(i+1) })},
		{"of order 1", []float64{2}},
		{"of order 2", []float64{2, -3}},
	}
}

// matrix is Q diag(values) Qᵀ with a random Q.
func (s spectrum) matrix(seed uint64) *mat.SymDense {
	n := len(s.values)
	rng := rand.New(rand.NewPCG(seed, 1))
	g := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			g.Set(i, j, rng.NormFloat64())
		}
	}
	var qr mat.QR
	qr.Factorize(g)
	var q, product mat.Dense
	qr.QTo(&q)
	product.Mul(&q, mat.NewDiagDense(n, s.values))
	product.Mul(&product, q.T())
	a := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			a.SetSym(i, j, (product.At(i, j)+product.At(j, i))/2)
		}
	}
	return a
}

func (s spectrum) norm() float64 {
	norm := 0.0
	for _, v := range s.values {
		norm = max(norm, math.Abs(v))
	}
	return norm
}

func normal(n int, seed uint64) *mat.VecDense {
	rng := rand.New(rand.NewPCG(seed, 2))
	v := mat.NewVecDense(n, nil)
	for i := range n {
		v.SetVec(i, rng.NormFloat64())
	}
	return v
}

func positive(t *testing.T, seed uint64, values ...float64) *mat.SymDense {
	t.Helper()
	for _, v := range values {
		require.Positive(t, v)
	}
	return spectrum{values: values}.matrix(seed)
}
