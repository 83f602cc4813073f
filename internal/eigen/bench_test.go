package eigen

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// BenchmarkDecompose is against gonum's EigenSym, on the covariance of as many
// samples as there are columns, the like of K-FAC's factors.
func BenchmarkDecompose(b *testing.B) {
	for _, n := range []int{32, 100, 250, 500, 1001} {
		m := covariance("", n, n, one)
		b.Run(fmt.Sprintf("eigen/%d", n), func(b *testing.B) {
			var w Workspace
			q, values := make([]float64, n*n), make([]float64, n)
			b.ReportAllocs()
			for b.Loop() {
				copy(q, m.data)
				require.True(b, w.Decompose(n, q, values))
			}
		})
		b.Run(fmt.Sprintf("gonum/%d", n), func(b *testing.B) {
			var e mat.EigenSym
			for b.Loop() {
				require.True(b, e.Factorize(mat.NewSymDense(n, m.data), true))
			}
		})
	}
}

func BenchmarkSimultaneous(b *testing.B) {
	for _, n := range []int{100, 250, 500, 1001} {
		a, c := covariance("", n, 2*n, one), randomMatrix(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var w Workspace
			k, s := make([]float64, n*n), make([]float64, n)
			for b.Loop() {
				require.True(b, w.Simultaneous(n, a.data, c.data, k, s))
			}
		})
	}
}

// BenchmarkStages times the parts of a decomposition.
func BenchmarkStages(b *testing.B) {
	for _, n := range []int{100, 250, 500, 1001, 1024} {
		m := covariance("", n, n, one)
		var w Workspace
		q, values, d, e := make([]float64, n*n), make([]float64, n), make([]float64, n), make([]float64, n)
		copy(q, m.data)
		require.True(b, w.Decompose(n, q, values))
		w.balance(m.data)
		w.tridiagonalise()
		copy(d, w.d)
		copy(e, w.e)
		b.Run(fmt.Sprintf("tridiagonalise/%d", n), func(b *testing.B) {
			for b.Loop() {
				w.balance(m.data)
				w.tridiagonalise()
			}
		})
		b.Run(fmt.Sprintf("divide/%d", n), func(b *testing.B) {
			for b.Loop() {
				copy(w.d, d)
				copy(w.e, e)
				require.True(b, w.divide())
			}
		})
		b.Run(fmt.Sprintf("reflect/%d", n), func(b *testing.B) {
			for b.Loop() {
				w.reflect()
			}
		})
		b.Run(fmt.Sprintf("deliver/%d", n), func(b *testing.B) {
			for b.Loop() {
				w.deliver(q, values, 1)
			}
		})
	}
}
