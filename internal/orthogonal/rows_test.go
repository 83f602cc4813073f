package orthogonal

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/mat"
)

// TestRows: Q is orthogonal to rounding, and A Qᵀ is lower triangular, for matrices of
// all ranks, over sizes around the panel's.
func TestRows(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var w Workspace
	for _, n := range []int{1, 2, 3, 31, 32, 33, 64, 65, 130, 7} {
		for _, rank := range []int{n, n / 2, 1, 0} {
			left, right := mat.NewDense(n, max(rank, 1), nil), mat.NewDense(max(rank, 1), n, nil)
			for i := range n {
				for j := range rank {
					left.Set(i, j, r.NormFloat64())
					right.Set(j, i, r.NormFloat64()*math.Pow(10, -6*float64(j)/float64(n)))
				}
			}
			var a mat.Dense
			a.Mul(left, right)
			q := mat.DenseCopyOf(&a)
			w.Rows(n, q.RawMatrix().Data)
			var gram, l mat.Dense
			gram.Mul(q, q.T())
			l.Mul(&a, q.T())
			for i := range n {
				for j := range n {
					want := 0.0
					if i == j {
						want = 1
					}
					assert.InDelta(t, want, gram.At(i, j), 1e-13, "n %d, rank %d: %d %d", n, rank, i, j)
					if j > i {
						assert.InDelta(t, 0, l.At(i, j), 1e-13*float64(n+1)*(1+mat.Norm(&a, 2)), "n %d, rank %d: %d %d", n, rank, i, j)
					}
				}
			}
		}
	}
	a := make([]float64, 33*33)
	for i := range a {
		a[i] = float64(i*i%17) - 8
	}
	assert.Zero(t, testing.AllocsPerRun(10, func() { w.Rows(33, a) }))
}
