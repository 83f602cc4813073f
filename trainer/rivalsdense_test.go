package trainer_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// dense is a matrix as rows of numbers, for equations written out in plain loops.
type dense [][]float64

func zeros(rows, cols int) dense {
	m := make(dense, rows)
	for i := range m {
		m[i] = make([]float64, cols)
	}
	return m
}

func (m dense) t() dense {
	n := zeros(len(m[0]), len(m))
	for i := range m {
		for j, v := range m[i] {
			n[j][i] = v
		}
	}
	return n
}

func (m dense) times(n dense) dense {
	p := zeros(len(m), len(n[0]))
	for i := range m {
		for j := range p[i] {
			for k, v := range m[i] {
				p[i][j] += v * n[k][j]
			}
		}
	}
	return p
}

// with is a·m + b·n.
func (m dense) with(a, b float64, n dense) dense {
	p := zeros(len(m), len(m[0]))
	for i := range m {
		for j, v := range m[i] {
			p[i][j] = a*v + b*n[i][j]
		}
	}
	return p
}

func (m dense) each(n dense, f func(a, b float64) float64) dense {
	p := zeros(len(m), len(m[0]))
	for i := range m {
		for j, v := range m[i] {
			p[i][j] = f(v, n[i][j])
		}
	}
	return p
}

func (m dense) norm() (n float64) {
	for _, row := range m {
		for _, v := range row {
			n += v * v
		}
	}
	return math.Sqrt(n)
}

// matrixFrom reads a parameter's values, in the last axis as columns.
func matrixFrom(p *graph.Param, values []float64) dense {
	cols := p.Value.Shape()[p.Value.Dims()-1]
	m := zeros(p.Size()/cols, cols)
	for i := range m {
		copy(m[i], values[i*cols:])
	}
	return m
}

// eigenvectors of a symmetric matrix as columns, the largest eigenvalue first: gonum's.
func eigenvectors(t *testing.T, m dense) (q dense, values []float64) {
	s := mat.NewSymDense(len(m), nil)
	for i := range m {
		for j := i; j < len(m); j++ {
			s.SetSym(i, j, (m[i][j]+m[j][i])/2)
		}
	}
	var e mat.EigenSym
	require.True(t, e.Factorize(s, true))
	var v mat.Dense
	e.VectorsTo(&v)
	ascending := e.Values(nil)
	q = zeros(len(m), len(m))
	for j := range m {
		values = append(values, ascending[len(m)-1-j])
		for i := range m {
			q[i][j] = v.At(i, len(m)-1-j)
		}
	}
	return q, values
}

func unit(n int) dense {
	m := zeros(n, n)
	for i := range m {
		m[i][i] = 1
	}
	return m
}

// picked are columns of m in another order.
func picked(m dense, order []int) dense {
	p := zeros(len(m), len(m[0]))
	for i := range m {
		for j, from := range order {
			p[i][j] = m[i][from]
		}
	}
	return p
}
