package eigen

import (
	"math"
	"math/rand/v2"
	"testing"
)

// matrix is a symmetric matrix of the tests: all of it, row-major.
type matrix struct {
	name string
	n    int
	data []float64
}

func newMatrix(name string, n int, element func(i, j int) float64) matrix {
	m := matrix{name, n, make([]float64, n*n)}
	for i := range n {
		for j := range i + 1 {
			v := element(i, j)
			m.data[i*n+j], m.data[j*n+i] = v, v
		}
	}
	return m
}

func tridiagonalMatrix(name string, n int, diagonal, beside func(i int) float64) matrix {
	return newMatrix(name, n, func(i, j int) float64 {
		switch i - j {
		case 0:
			return diagonal(i)
		case 1:
			return beside(j)
		}
		return 0
	})
}

func source(n int) *rand.Rand { return rand.New(rand.NewPCG(1, uint64(n))) }

func randomMatrix(n int) matrix {
	r := source(n)
	return newMatrix("random", n, func(i, j int) float64 { return r.NormFloat64() })
}

// covariance is AᵀA/samples of random samples, of which column j has the scale
// given.
func covariance(name string, n, samples int, scale func(j int) float64) matrix {
	r := source(n)
	a := make([]float64, samples*n)
	for i := range a {
		a[i] = r.NormFloat64() * scale(i%n)
	}
	m := matrix{name, n, make([]float64, n*n)}
	if n > 0 && samples > 0 {
		kernel.Dgemm('T', 'N', n, n, samples, 1/float64(samples), a, n, a, n, 0, m.data, n)
	}
	return newMatrix(name, n, func(i, j int) float64 { return m.data[i*n+j] })
}

// withSpectrum has the eigenvalues given, and random reflections for a basis.
func withSpectrum(name string, n int, value func(i int) float64) matrix {
	r := source(n)
	m := newMatrix(name, n, func(i, j int) float64 {
		if i == j {
			return value(i)
		}
		return 0
	})
	v, p := make([]float64, n), make([]float64, n)
	for range 3 {
		square := 0.0
		for i := range v {
			v[i] = r.NormFloat64()
			square += v[i] * v[i]
		}
		vp := 0.0
		for i := range p {
			p[i] = 0
			for j, x := range m.data[i*n : (i+1)*n] {
				p[i] += 2 / square * x * v[j]
			}
			vp += v[i] * p[i]
		}
		for i := range n {
			for j := range n {
				m.data[i*n+j] -= v[i]*(p[j]-vp/square*v[j]) + (p[i]-vp/square*v[i])*v[j]
			}
		}
	}
	return newMatrix(name, n, func(i, j int) float64 { return m.data[i*n+j] })
}

func one(int) float64 { return 1 }

// decades falls from 1e4 to 1e-12.
func decades(n int) func(int) float64 {
	return func(i int) float64 { return math.Pow(10, 4-16*float64(i)/float64(max(1, n-1))) }
}

// matrices are all kinds of order n.
func matrices(n int) []matrix {
	r := source(n)
	u := make([]float64, n)
	for i := range u {
		u[i] = r.NormFloat64()
	}
	zero := func(int) float64 { return 0 }
	half := float64(n-1) / 2
	wilkinson := func(i int) float64 { return math.Abs(float64(i) - half) }
	glued := func(i int) float64 { return math.Abs(float64(i%21) - 10) }
	return []matrix{
		randomMatrix(n),
		newMatrix("zero", n, func(i, j int) float64 { return 0 }),
		newMatrix("ones", n, func(i, j int) float64 { return 1 }),
		newMatrix("rank 1", n, func(i, j int) float64 { return u[i] * u[j] }),
		tridiagonalMatrix("identity", n, one, zero),
		tridiagonalMatrix("diagonal", n, func(i int) float64 { return u[i] }, zero),
		tridiagonalMatrix("Wilkinson", n, wilkinson, one),
		tridiagonalMatrix("glued Wilkinson", n, glued, func(i int) float64 {
			if i%21 == 20 {
				return 1e-7
			}
			return 1
		}),
		tridiagonalMatrix("Laplace", n, func(int) float64 { return 2 }, func(int) float64 { return -1 }),
		tridiagonalMatrix("no diagonal", n, zero, one),
		tridiagonalMatrix("Clement", n, zero, func(i int) float64 { return math.Sqrt(float64((i + 1) * (n - 1 - i))) }),
		tridiagonalMatrix("weak links", n, func(i int) float64 { return u[i] }, func(i int) float64 { return math.Pow(10, -float64(i%20)) }),
		tridiagonalMatrix("graded down", n, decades(n), func(i int) float64 { return decades(n)(i) / 2 }),
		tridiagonalMatrix("graded up", n, func(i int) float64 { return decades(n)(n - 1 - i) }, func(i int) float64 { return decades(n)(n-2-i) / 3 }),
		tridiagonalMatrix("a norm of 1e-90 beside 1", n, func(i int) float64 { return float64(1 - min(i, 1)) }, func(i int) float64 { return 1e-90 * float64(min(i, 1)) }),
		tridiagonalMatrix("a norm of 1e-250 beside 1", n, func(i int) float64 { return float64(1 - min(i, 1)) }, func(i int) float64 { return 1e-250 * float64(min(i, 1)) }),
		covariance("covariance", n, 3*n, one),
		covariance("7 samples", n, 7, one),
		covariance("graded covariance", n, 2*n, decades(n)),
		withSpectrum("decades", n, decades(n)),
		withSpectrum("one small", n, func(i int) float64 { return 1 - float64(max(0, i-n+2))*(1-1e-12) }),
		withSpectrum("two values", n, func(i int) float64 { return float64(i % 2) }),
		withSpectrum("clusters", n, func(i int) float64 { return float64(i%5) + 1e-13*float64(i) }),
		withSpectrum("cluster", n, func(i int) float64 { return 1 + 1e-15*float64(i*i) }),
		newMatrix("large", n, func(i, j int) float64 { return math.Ldexp(u[i]+u[j], 1005) }),
		newMatrix("small", n, func(i, j int) float64 { return math.Ldexp(u[i]*u[j], -1020) }),
		newMatrix("far apart", n, func(i, j int) float64 { return math.Ldexp(u[i]*u[j], -(i+j)*20) }),
	}
}

// orders are 1 to 70 and a few odd ones.
func orders() (all []int) {
	step := 1
	if testing.Short() {
		step = 7
	}
	for n := 1; n <= 70; n += step {
		all = append(all, n)
	}
	if testing.Short() {
		return append(all, 129)
	}
	return append(all, 97, 127, 128, 129, 161, 255, 257, 333, 400)
}

// lowerOnly hides the upper triangle.
func lowerOnly(m matrix) []float64 {
	a := append([]float64(nil), m.data...)
	for i := range m.n {
		for j := i + 1; j < m.n; j++ {
			a[i*m.n+j] = math.NaN()
		}
	}
	return a
}
