package trainer_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// quadratic is h = ½(p₀ − 1)² + 2(p₁ + p₀)², an objective without a model, in
// two parameters of one element each.
type quadratic struct {
	params []*graph.Param
	loss   float64 // instead of h, if not 0
}

var _ trainer.MiniBatch = (*quadratic)(nil)

func newQuadratic(dtype tensor.Dtype) *quadratic {
	q := &quadratic{params: []*graph.Param{graph.NewParam("p0", dtype, 1), graph.NewParam("p1", dtype, 1)}}
	q.set(0.5, -1.5)
	return q
}

func (q *quadratic) set(v ...float64) {
	for i, p := range q.params {
		if err := graph.CopyInto(p.Value, tensor.New(tensor.WithBacking(v[i:i+1]), tensor.WithShape(1))); err != nil {
			panic(err)
		}
	}
}

func (q *quadratic) Params() []*graph.Param { return q.params }
func (q *quadratic) Examples() int          { return 1 }
func (q *quadratic) L2() float64            { return 0 }

func (q *quadratic) Loss() (float64, error) {
	p := snapshot(q.params, false)
	if q.loss != 0 {
		return q.loss, nil
	}
	return 0.5*(p[0]-1)*(p[0]-1) + 2*(p[1]+p[0])*(p[1]+p[0]), nil
}

func (q *quadratic) Grad() (float64, error) {
	p := snapshot(q.params, false)
	for i, g := range []float64{p[0] - 1 + 4*(p[1]+p[0]), 4 * (p[1] + p[0])} {
		if v := q.params[i].Grad; v.Dtype() == graph.Float32 {
			v.Float32s()[0] = float32(g)
		} else {
			v.Float64s()[0] = g
		}
	}
	return q.Loss()
}

func (q *quadratic) Taps() []*graph.Tap    { return nil }
func (q *quadratic) Loose() []*graph.Param { return q.params }

func (q *quadratic) Products(int, ...graph.Direction) (*mat.SymDense, error) {
	return nil, errors.New("a quadratic has no products")
}

func (q *quadratic) Multiply(graph.Matrix, graph.Direction, graph.Direction) error {
	return errors.New("a quadratic has no products")
}

func (q *quadratic) Curvature(graph.FisherEstimator, func(*graph.CurvaturePass) error) (float64, error) {
	return q.Grad()
}

// follow takes a step for each of want and compares the parameters.
func follow(t *testing.T, opt trainer.Optimizer, dtype tensor.Dtype, tolerance float64, want [][2]float64) {
	t.Helper()
	q := newQuadratic(dtype)
	for i, w := range want {
		before, err := q.Loss()
		require.NoError(t, err)
		loss, err := opt.Step(q)
		require.NoError(t, err)
		assert.Equal(t, before, loss, "h before the step")
		assert.InDeltaSlice(t, w[:], snapshot(q.params, false), tolerance, "step %d", i+1)
	}
}
