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

func (m *Model) product(sum []float64) error {
	for i := range sum {
		sum[i] = 0
	}
	total, k := 0, 0
	var eta float64
	for obj, err := range m.batches {
		if err != nil {
			return err
		}
		examples, err := m.add(sum, obj)
		if err != nil {
			return fmt.Errorf("curvature: mini-batch %d: %w", k, err)
		}
		total += examples
		k++
		if m.cfg.L2 {
			eta = find[interface{ L2() float64 }](obj).L2()
		}
	}
	if total == 0 {
		return errors.New("curvature: the mini-batches are gone: they have to come again for each product")
	}
	vector.Scale(sum, 1/float64(total))
	if m.cfg.L2 {
		m.addL2(sum, eta)
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

// add adds N times a mini-batch's M·x to sum and returns N.
func (m *Model) add(sum []float64, obj graph.Objective) (int, error) {
	product, err := graph.MatrixOf(obj)
	if err != nil {
		return 0, err
	}
	sized := find[interface{ Examples() int }](obj)
	if sized == nil {
		return 0, &graph.MissingError{Objective: obj, Capability: "CurvatureObjective"}
	}
	if m.cfg.L2 && find[interface{ L2() float64 }](obj) == nil {
		return 0, &graph.MissingError{Objective: obj, Capability: "CurvatureObjective"}
	}
	if err := Unflatten(m.u, m.x); err != nil {
		return 0, err
	}
	if err := product.Multiply(m.cfg.Matrix, m.mu, m.u); err != nil {
		return 0, err
	}
	if err := Flatten(m.piece, m.mu); err != nil {
		return 0, err
	}
	vector.AddScaled(sum, float64(sized.Examples()), m.piece)
	return sized.Examples(), nil
}

// find is obj, or what it wraps, as a T, else nil.
func find[T any](obj graph.Objective) (found T) {
	for obj != nil {
		if t, ok := obj.(T); ok {
			return t
		}
		w, ok := obj.(graph.Wrapper)
		if !ok {
			break
		}
		obj = w.Unwrap()
	}
	return found
}

// ldexp multiplies x by 2^e, in two steps because 2^e may be out of float64's range.
func ldexp(x []float64, e int) {
	vector.Scale(x, math.Ldexp(1, e/2))
	vector.Scale(x, math.Ldexp(1, e-e/2))
}
