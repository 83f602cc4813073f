package curvature

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// MulVecTo makes dst M·x. If that fails, dst is NaN, and [Model.Err] has the reason.
func (m *Model) MulVecTo(dst *mat.VecDense, _ bool, x mat.Vector) {
	n := len(m.x)
	if dst.IsEmpty() {
		dst.ReuseAsVec(n)
	}
	if x.Len() != n || dst.Len() != n {
		panic(mat.ErrShape)
	}
	own := blas64.Vector{N: n, Inc: 1, Data: m.x}
	if v, ok := x.(mat.RawVectorer); ok {
		blas64.Copy(v.RawVector(), own)
	} else {
		for i := range m.x {
			m.x[i] = x.AtVec(i)
		}
	}
	to := dst.RawVector()
	if to.Inc != 1 {
		sum := make([]float64, n)
		m.multiply(sum)
		blas64.Copy(blas64.Vector{N: n, Inc: 1, Data: sum}, to)
		return
	}
	m.multiply(to.Data[:n])
}

// multiply makes sum M·x of the operator's x. The vector goes to the model with a length of
// 1/2 to 1, because float32 has no numbers below 1e-45.
func (m *Model) multiply(sum []float64) {
	_, e := math.Frexp(floats.Norm(m.x, 2))
	ldexp(m.x, -e)
	if m.err == nil {
		m.err = m.product(sum)
	}
	if m.err != nil {
		for i := range sum {
			sum[i] = math.NaN()
		}
		return
	}
	ldexp(sum, e)
}

// total is a product under way: sums over the mini-batches so far.
type total struct {
	sum               []float64 // of N_k times the products
	examples, batches int
	eta               float64
	err               error
}

// product goes through the mini-batches. take is the body of the loop, as a function that is made
// once: a range statement would allocate one in each product.
func (m *Model) product(sum []float64) error {
	for i := range sum {
		sum[i] = 0
	}
	if err := Unflatten(m.u, m.x); err != nil {
		return err
	}
	m.total = total{sum: sum}
	m.batches(m.visit)
	t := &m.total
	switch {
	case t.err != nil:
		return fmt.Errorf("curvature: mini-batch %d: %w", t.batches, t.err)
	case t.batches == 0:
		return errors.New("curvature: no mini-batches: they have to come for each product")
	}
	vector.Scale(sum, 1/float64(t.examples))
	if m.cfg.L2 {
		m.addL2(sum, t.eta)
	}
	return nil
}

func (m *Model) addL2(sum []float64, eta float64) {
	at := 0
	for _, p := range m.params {
		end := at + p.Size()
		vector.AddScaled(sum[at:end], eta*p.L2Factor(), m.x[at:end])
		at = end
	}
}

// take takes in a mini-batch, or the error in its place, and reports whether to go on.
func (m *Model) take(obj graph.Objective, err error) bool {
	t := &m.total
	if t.err = err; err == nil {
		t.err = m.add(obj)
	}
	if t.err != nil {
		return false
	}
	t.batches++
	return true
}

func (m *Model) add(obj graph.Objective) error {
	product, err := graph.MatrixOf(obj)
	if err != nil {
		return err
	}
	sized, ok := graph.As[interface{ Examples() int }](obj)
	if !ok {
		return &graph.MissingError{Objective: obj, Capability: "CurvatureObjective"}
	}
	if m.cfg.L2 {
		regularised, ok := graph.As[interface{ L2() float64 }](obj)
		if !ok {
			return &graph.MissingError{Objective: obj, Capability: "CurvatureObjective"}
		}
		m.total.eta = regularised.L2()
	}
	if err := product.Multiply(m.cfg.Matrix, m.mu, m.u); err != nil {
		return err
	}
	if err := Flatten(m.piece, m.mu); err != nil {
		return err
	}
	vector.AddScaled(m.total.sum, float64(sized.Examples()), m.piece)
	m.total.examples += sized.Examples()
	return nil
}
