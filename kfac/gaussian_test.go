package kfac

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// gaussian is the covariance that the chain stands for, written out, and its
// inverse ΞᵀΛΞ, from the taps' rows.
func gaussian(t *testing.T, n *network[float64], gamma float64) (f, inverse *mat.Dense) {
	t.Helper()
	layers, last := n.layers, len(n.layers)-1
	at := []int{0}
	var own, psi []*mat.Dense // F_ii, and Ψ_i
	for i, l := range layers {
		at = append(at, at[i]+l.rows*l.out)
		a, g := dampedPair(n, i, gamma)
		own = append(own, kron(a, g))
		if i > 0 {
			ca, cg := crossOf(n, i-1)
			psi = append(psi, kron(regression(t, ca, a), regression(t, cg, g)))
		}
	}
	size := at[last+1]
	f, inverse = mat.NewDense(size, size, nil), mat.NewDense(size, size, nil)
	xi, lambda := plus(mat.NewDense(size, size, nil), 1), mat.NewDense(size, size, nil)
	part := func(m *mat.Dense, i, j int) *mat.Dense {
		return m.Slice(at[i], at[i+1], at[j], at[j+1]).(*mat.Dense)
	}
	for j := range layers {
		part(f, j, j).Copy(own[j])
		for i := j - 1; i >= 0; i-- { // Ψ_i F_{i+1,j}
			part(f, i, j).Mul(psi[i], part(f, i+1, j))
			part(f, j, i).Copy(part(f, i, j).T())
		}
	}
	for i := range layers {
		sigma := mat.DenseCopyOf(own[i])
		if i < last {
			var given mat.Dense
			given.Product(psi[i], own[i+1], psi[i].T())
			sigma.Sub(sigma, &given)
			part(xi, i, i+1).Scale(-1, psi[i])
		}
		require.NoError(t, part(lambda, i, i).Inverse(sigma))
	}
	inverse.Product(xi.T(), lambda, xi)
	return f, inverse
}

// crossOf is A_{i,i+1} and G_{i,i+1}.
func crossOf(n *network[float64], i int) (a, g *mat.Dense) {
	rows := n.grad.Taps[i].Examples
	var x, y [2]*mat.Dense
	for k := range 2 {
		tap, l := n.grad.Taps[i+k], n.layers[i+k]
		x[k] = mat.DenseCopyOf(homogeneous(tap.A.Float64s(), rows, l.in).Slice(0, rows, 0, l.rows))
		y[k] = mat.NewDense(rows, l.out, tap.G.Float64s())
	}
	a, g = new(mat.Dense), new(mat.Dense)
	a.Mul(x[0].T(), x[1])
	a.Scale(1/float64(rows), a)
	g.Mul(y[0].T(), y[1])
	g.Scale(float64(rows), g)
	return a, g
}

// regression is cm⁻¹.
func regression(t *testing.T, c, m *mat.Dense) *mat.Dense {
	t.Helper()
	var x mat.Dense
	require.NoError(t, x.Solve(m, c.T()))
	return mat.DenseCopyOf(x.T())
}
