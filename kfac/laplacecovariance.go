package kfac

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// Covariance returns the covariances of the linear functionals ⟨d, θ⟩ under the posterior,
// dᵢᵀΣdⱼ for every pair of the directions; their means are ⟨dᵢ, θ*⟩. For the gradient d of an
// output it is the variance of that output, in the linearised network. The directions have
// the parameters' order, shapes and type.
func (l *Laplace) Covariance(dirs ...graph.Direction) (*mat.SymDense, error) {
	n := len(dirs)
	if n == 0 {
		return nil, errors.New("kfac: the covariance of no direction: give one or more")
	}
	for i, d := range dirs {
		if err := l.check(d); err != nil {
			return nil, fmt.Errorf("kfac: direction %d: %w", i, err)
		}
		if !d.Finite() {
			return nil, fmt.Errorf("kfac: direction %d is not finite", i)
		}
	}
	c, scale := mat.NewSymDense(n, nil), l.scale()
	for _, s := range l.blocks {
		size := s.size()
		rows := make([]float64, n*size)
		for i, d := range dirs {
			x := rows[i*size:][:size]
			s.gather(x, d)
			s.toBasis(x, l.work)
			for k, e := range s.values {
				x[k] /= math.Sqrt(scale*e + s.prior)
			}
		}
		addGram(c, rows, size)
	}
	return c, nil
}

// check compares a direction with the parameters.
func (l *Laplace) check(d graph.Direction) error {
	if len(d) != len(l.mean) {
		return fmt.Errorf("%d tensors for %d parameters", len(d), len(l.mean))
	}
	for i, m := range l.mean {
		if d[i] == nil || d[i].Dtype() != m.Dtype() || d[i].DataSize() != m.DataSize() {
			return fmt.Errorf("the tensor for parameter %s has another shape or type", l.params[i].Name)
		}
	}
	return nil
}

// addGram adds the inner products of rows, each of size elements, to c.
func addGram(c *mat.SymDense, rows []float64, size int) {
	for i := range c.SymmetricDim() {
		for j := range i + 1 {
			c.SetSym(i, j, c.At(i, j)+vector.Dot(rows[i*size:][:size], rows[j*size:][:size]))
		}
	}
}
