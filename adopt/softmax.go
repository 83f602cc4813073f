package adopt

import (
	"fmt"
	"math"
	"strings"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/elementwise"
)

// softmaxAxis is the axis that probabilities sum to 1 along. gorgonia takes the first axis of
// a column.
func (n *node) softmaxAxis() (axis int, log bool, err error) {
	if _, err := fmt.Sscanf(strings.NewReplacer(",", " ", "}", " ").Replace(n.text), "Softmax{%d  %t", &axis, &log); err != nil {
		return 0, false, fmt.Errorf("adopt: %v: its axis is not known here", n)
	}
	if d := n.dims; axis < 0 {
		axis = len(d) - 1
		if len(d) == 2 && d[1] == 1 && d[0] > 1 {
			axis = 0
		}
	}
	return axis, log, nil
}

func placeSoftmax(n *node, examples int) (layout, error) {
	axis, _, err := n.softmaxAxis()
	if err != nil {
		return layout{}, err
	}
	return placeProbabilities(n, axis, examples)
}

// placeSparsemax is placeSoftmax, of an op that does not print its axis.
func placeSparsemax(n *node, examples int) (layout, error) {
	axis, ok := n.hidden("axis")
	if !ok {
		return layout{}, fmt.Errorf("adopt: %v: its axis is not known here", n)
	}
	if axis < 0 {
		axis = float64(len(n.dims) - 1)
	}
	return placeProbabilities(n, int(axis), examples)
}

// placeProbabilities refuses probabilities that sum to 1 along the axis of the examples.
func placeProbabilities(n *node, axis, examples int) (layout, error) {
	if n.in[0].where.axis == axis {
		return layout{}, fmt.Errorf("adopt: %v: its probabilities sum to 1 over the examples, not over the classes of each: give it N×C outputs with C of at least 2", n)
	}
	return same(n, examples)
}

func buildSoftmax(t *translation, n *node, in []*graph.Node) (*graph.Node, error) {
	axis, log, err := n.softmaxAxis()
	if err != nil {
		return nil, err
	}
	return lastAxis(t.Builder, in[0], axis, func(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
		if log {
			return logProbabilities(b, x)
		}
		return probabilities(b, x)
	})
}

// logSoftmax is the logarithm of the softmaxOp n.
func (t *translation) logSoftmax(n *node) (*graph.Node, error) {
	axis, log, err := n.softmaxAxis()
	if err != nil {
		return nil, err
	}
	if log {
		x, err := t.node(n)
		if err != nil {
			return nil, err
		}
		return functions["ln"].of(t.Builder, x)
	}
	x, err := t.node(n.in[0])
	if err != nil {
		return nil, err
	}
	return lastAxis(t.Builder, x, axis, logProbabilities)
}

// lastAxis applies f with this axis as the last.
func lastAxis(b *graph.Builder, x *graph.Node, axis int, f func(*graph.Builder, *graph.Node) (*graph.Node, error)) (*graph.Node, error) {
	last := x.Dims() - 1
	if axis == last {
		return f(b, x)
	}
	swap := make([]int, last+1)
	for i := range swap {
		swap[i] = i
	}
	swap[axis], swap[last] = last, axis
	y, err := transposed(x.Shape(), swap).gather(b, x)
	if err != nil {
		return nil, err
	}
	if y, err = f(b, y); err != nil {
		return nil, err
	}
	return transposed(y.Shape(), swap).gather(b, y)
}

// probabilities adds softmax along the last axis: ∂p = p⊙(∂x − Σ p⊙∂x).
func probabilities(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	classes := x.Shape()[x.Dims()-1]
	rule := func(b *graph.Builder, p, dot *graph.Node) (*graph.Node, error) {
		weighted, err := hadamard(b, p, dot)
		if err != nil {
			return nil, err
		}
		centred, err := minusRowSum(b, dot, weighted)
		if err != nil {
			return nil, err
		}
		return hadamard(b, p, centred)
	}
	return b.Apply(graph.Op{
		Name: "softmax", Shape: x.Shape(),
		F32: func(out []float32, in [][]float32) { elementwise.Softmax(out, in[0], classes) },
		F64: func(out []float64, in [][]float64) { elementwise.Softmax(out, in[0], classes) },
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			dx, err := rule(d.Builder, d.Out, d.Grad)
			return []*graph.Node{dx}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return rule(t.Builder, t.Out, t.Dot[0]) },
	}, x)
}

// logProbabilities adds x − log Σ exp x along the last axis.
func logProbabilities(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	classes := x.Shape()[x.Dims()-1]
	return b.Apply(graph.Op{
		Name: "log-softmax", Shape: x.Shape(), F32: logSoftmaxRows[float32](classes), F64: logSoftmaxRows[float64](classes),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) { // g − p·Σg
			p, err := probabilities(d.Builder, d.In[0])
			if err != nil {
				return nil, err
			}
			m := rowSums(d.Grad.Shape())
			s, err := m.scatter(d.Builder, d.Grad)
			if err != nil {
				return nil, err
			}
			if s, err = m.gather(d.Builder, s); err != nil {
				return nil, err
			}
			if s, err = hadamard(d.Builder, p, s); err != nil {
				return nil, err
			}
			if s, err = scaled(d.Builder, -1, s); err != nil {
				return nil, err
			}
			dx, err := d.Sum(d.Grad, s)
			return []*graph.Node{dx}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { // ẋ − Σ p⊙ẋ
			p, err := probabilities(t.Builder, t.In[0])
			if err != nil {
				return nil, err
			}
			weighted, err := hadamard(t.Builder, p, t.Dot[0])
			if err != nil {
				return nil, err
			}
			return minusRowSum(t.Builder, t.Dot[0], weighted)
		},
	}, x)
}

func rowSums(dims []int) move {
	keep := make([]bool, len(dims))
	for i := range keep[:len(keep)-1] {
		keep[i] = true
	}
	return summed(dims, keep)
}

// minusRowSum adds x − Σy, the sums along the last axis.
func minusRowSum(b *graph.Builder, x, y *graph.Node) (*graph.Node, error) {
	m := rowSums(y.Shape())
	s, err := m.scatter(b, y)
	if err != nil {
		return nil, err
	}
	if s, err = m.gather(b, s); err != nil {
		return nil, err
	}
	if s, err = scaled(b, -1, s); err != nil {
		return nil, err
	}
	return b.Sum(x, s)
}

func logSoftmaxRows[T graph.Float](classes int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		for lo := 0; lo < len(out); lo += classes {
			row := in[0][lo : lo+classes]
			most := row[0]
			for _, v := range row {
				most = max(most, v)
			}
			sum := 0.0
			for _, v := range row {
				sum += math.Exp(float64(v - most))
			}
			lse := float64(most) + math.Log(sum)
			for i, v := range row {
				out[lo+i] = T(float64(v) - lse)
			}
		}
	}
}
