package curvature

import (
	"errors"
	"fmt"
	"iter"
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// Batches is a data set as mini-batches of one model, the same ones in the same order
// whenever it is gone through. An objective is used before the next one is asked for: a
// model may keep one mini-batch at a time. The error ends the product and is the
// operator's.
type Batches = iter.Seq2[graph.Objective, error]

// One is the data set of a single mini-batch. After a step of an optimizer, the objective
// has to see the new parameters by Loss or Grad before the next product.
func One(obj graph.Objective) Batches {
	return func(yield func(graph.Objective, error) bool) { yield(obj, nil) }
}

// ModelConfig are the settings of a model's operator.
type ModelConfig struct {
	Matrix graph.Matrix // default graph.Fisher
	// L2 adds the Hessian of the regulariser, η on the diagonal, with the factors of
	// parameters' groups.
	L2 bool
}

// Model is a curvature matrix of a model over a data set, as an operator: the mean over all
// examples, so that mini-batch k of N examples has the weight N_k/ΣN. Products are those of
// [graph.MatrixObjective], in the model's float type; sums over mini-batches and vectors
// are float64. Vectors have the order of [Flatten]. It is not for concurrent use.
type Model struct {
	batches  Batches
	cfg      ModelConfig
	params   []*graph.Param
	u, mu    graph.Direction
	x, piece []float64
	err      error
}

var _ Operator = (*Model)(nil)

// NewModel returns the operator of a model and its data. The parameters are those that the
// model has at the time of a product.
//
// It multiplies the first mini-batch with one vector twice, and returns an error if the
// results differ: then there is no matrix to speak of. Dropout, a loader that shuffles or
// augments, and normalisation by the mini-batch are the usual reasons. A single mini-batch
// with dropout works by [One], which keeps the masks.
func NewModel(batches Batches, cfg ModelConfig) (*Model, error) {
	if cfg.Matrix == "" {
		cfg.Matrix = graph.Fisher
	}
	if err := cfg.Matrix.Validate(); err != nil {
		return nil, fmt.Errorf("curvature: %w", err)
	}
	m := &Model{batches: batches, cfg: cfg}
	var first []float64
	for range 2 {
		got, err := m.probe()
		if err != nil {
			return nil, fmt.Errorf("curvature: %w", err)
		}
		if first != nil && !floats.Same(first, got) {
			return nil, errors.New("curvature: the first mini-batch gives another product the second time: turn off dropout, shuffling and augmentation, or use one mini-batch by curvature.One")
		}
		first = got
	}
	return m, nil
}

// probe is the product of the first mini-batch with a vector of all ones.
func (m *Model) probe() ([]float64, error) {
	for obj, err := range m.batches {
		if err != nil {
			return nil, err
		}
		if m.params == nil {
			m.params = obj.Params()
			m.u, m.mu = graph.NewDirection(m.params), graph.NewDirection(m.params)
			n := Len(m.u)
			m.x, m.piece = make([]float64, n), make([]float64, n)
		}
		for i := range m.x {
			m.x[i] = 1
		}
		sum := make([]float64, len(m.x))
		_, err = m.add(sum, obj)
		return sum, err
	}
	return nil, errors.New("an operator of no mini-batches")
}

// SymmetricDim is the number of parameters.
func (m *Model) SymmetricDim() int { return len(m.x) }

// Err is the first error of a product, nil if there was none. After it, all products are NaN.
func (m *Model) Err() error { return m.err }

// Precision bounds the relative error of products, which deep networks were found to keep
// by a factor of 4 and more: 2⁻¹⁹ for float32, 2⁻⁴⁸ for float64.
func (m *Model) Precision() float64 {
	for _, x := range m.u {
		if x.Dtype() == graph.Float32 {
			return 0x1p-19
		}
	}
	return 0x1p-48
}

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
