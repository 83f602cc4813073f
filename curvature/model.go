package curvature

import (
	"errors"
	"fmt"
	"iter"

	"gonum.org/v1/gonum/floats"

	"github.com/gokfac/gokfac/graph"
)

// Batches is a data set as mini-batches of one model, the same ones in the same order
// whenever it is gone through. An objective is used before the next one is asked for: a
// model may keep one mini-batch at a time. An error ends the product, and [Model.Err] returns
// it.
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
// are float64. Vectors have the order of [Flatten]. A product allocates nothing, if the
// mini-batches and the objectives do not. It is not for concurrent use.
type Model struct {
	batches  Batches
	cfg      ModelConfig
	params   []*graph.Param
	u, mu    graph.Direction
	x, piece []float64
	visit    func(graph.Objective, error) bool // take
	total    total
	err      error
}

var _ Operator = (*Model)(nil)

// NewModel returns the operator of a model and its data. The parameters are those that the
// model has at the time of a product.
//
// It multiplies the first mini-batch with one vector twice, and returns an error if the
// results differ: then there is no matrix to speak of. Dropout and a loader that
// shuffles or augments are the usual reasons. Dropout is off in mini-batches by
// EvaluationBatch of package trainer, and a single one by Batch keeps its masks ([One]).
func NewModel(batches Batches, cfg ModelConfig) (*Model, error) {
	if cfg.Matrix == "" {
		cfg.Matrix = graph.Fisher
	}
	if err := cfg.Matrix.Validate(); err != nil {
		return nil, fmt.Errorf("curvature: %w", err)
	}
	m := &Model{batches: batches, cfg: cfg}
	m.visit = m.take
	var products [2][]float64
	for i := range products {
		if err := m.probe(); err != nil {
			return nil, fmt.Errorf("curvature: %w", err)
		}
		products[i] = m.total.sum
	}
	if !floats.Same(products[0], products[1]) {
		return nil, errors.New("curvature: the first mini-batch gives another product the second time: turn off shuffling and augmentation, and dropout by Model.EvaluationBatch")
	}
	return m, nil
}

// probe multiplies the first mini-batch and a vector of all ones.
func (m *Model) probe() error {
	for obj, err := range m.batches {
		if err != nil {
			return err
		}
		if err := m.allocate(obj.Params()); err != nil {
			return err
		}
		for i := range m.x {
			m.x[i] = 1
		}
		if err := Unflatten(m.u, m.x); err != nil {
			return err
		}
		m.total = total{sum: make([]float64, len(m.x))}
		return m.add(obj)
	}
	return errors.New("an operator of no mini-batches: give it one or more")
}

func (m *Model) allocate(params []*graph.Param) error {
	if m.params != nil {
		return nil
	}
	m.params, m.u, m.mu = params, graph.NewDirection(params), graph.NewDirection(params)
	n := Len(m.u)
	if n == 0 {
		return errors.New("the model has no parameters that are learned")
	}
	m.x, m.piece = make([]float64, n), make([]float64, n)
	return nil
}

// SymmetricDim is the number of parameters.
func (m *Model) SymmetricDim() int { return len(m.x) }

// Err is the first error of a product, nil if there was none. After it, all products are NaN.
func (m *Model) Err() error { return m.err }

// Precision bounds the relative error of products: 2⁻¹⁹ for float32, 2⁻⁴⁸ for float64.
func (m *Model) Precision() float64 {
	for _, x := range m.u {
		if x.Dtype() == graph.Float32 {
			return 0x1p-19
		}
	}
	return 0x1p-48
}
