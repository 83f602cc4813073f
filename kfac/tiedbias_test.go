package kfac_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// biased is a map whose weight others may have as well, with a bias of its own.
type biased struct {
	linear *layers.Dense
	bias   *graph.Param
	tapped func(w, b *graph.Param) (*graph.Param, *graph.Param) // what the tap says instead; nil: the truth
}

func (l *biased) Params() []*graph.Param {
	if l.bias == nil {
		return nil
	}
	return append(l.linear.Params(), l.bias)
}

func (l *biased) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	s, err := l.linear.Build(b, x)
	if err != nil {
		return nil, err
	}
	b.Taps = b.Taps[:len(b.Taps)-1] // s is not all of the map
	n := s.Shape()[1]
	if l.bias == nil {
		l.bias = graph.NewParam(b.UniqueName("biased"), b.DType, n)
	}
	rows, err := scaleColumns(b, b.Ones(s.Shape()...), b.Param(l.bias))
	if err != nil {
		return nil, err
	}
	if s, err = b.Sum(s, rows); err != nil {
		return nil, err
	}
	w, bias := l.linear.Params()[0], l.bias
	if l.tapped != nil {
		w, bias = l.tapped(w, bias)
	}
	b.Tap("biased", x, s, w, bias)
	return s, nil
}

// TestTiedWeightWithOwnBiases: the biases are loose as the weight is, and all
// of them are trained, whatever the structure.
func TestTiedWeightWithOwnBiases(t *testing.T) {
	x, y := normal(1, 12, 5), labels(0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2)
	for _, structure := range kfac.Structures() {
		for _, mode := range kfac.Modes() {
			t.Run(fmt.Sprint(structure, " ", mode), func(t *testing.T) {
				weight := &layers.Dense{Units: 4, NoBias: true}
				net := layers.Sequential{&layers.Dense{Units: 4}, layers.Tanh(), &biased{linear: weight}, layers.Tanh(), &biased{linear: weight}, layers.Tanh(), &layers.Dense{Units: 3}}
				m := newModel(t, net, losses.SoftmaxCrossEntropy{}, 5)
				obj, err := m.Batch(x, y)
				require.NoError(t, err)
				assert.Equal(t, m.Params()[2:5], obj.Loose())
				before := flat(m.Params(), values)
				o := newOptimizer(t, kfac.Config{Mode: mode, Structure: structure})
				first := step(t, m, o, x, y)
				for i, v := range flat(m.Params(), values) {
					assert.NotEqual(t, before[i], v, "parameter %d", i)
				}
				var last float64
				for range 60 {
					last = step(t, m, o, x, y)
				}
				assert.Less(t, last, first/2)
			})
		}
	}
}

// TestWrongTaps: what a tap says does not fit its map, which is an error with
// its name, and nothing has changed.
func TestWrongTaps(t *testing.T) {
	for name, c := range map[string]struct {
		shape []int
		bias  bool
		want  string
	}{
		"transposed": {[]int{4, 5}, false, "kfac: tap biased maps (12, 5) to (12, 4) with a weight of shape (4, 5)"},
		"a vector":   {[]int{20}, false, "kfac: tap biased maps"},
		"a tensor":   {[]int{5, 2, 2}, false, "kfac: tap biased maps"},
		"long bias":  {[]int{5}, true, "kfac: tap biased has a bias of shape (5) for 4 outputs"},
	} {
		for _, structure := range kfac.Structures() {
			other := &withParam{shape: c.shape}
			wrong := &biased{linear: &layers.Dense{Units: 4, NoBias: true}, tapped: func(w, b *graph.Param) (*graph.Param, *graph.Param) {
				if c.bias {
					return w, other.p
				}
				return other.p, b
			}}
			net := layers.Sequential{other, wrong, layers.Tanh(), &layers.Dense{Units: 3}}
			m := newModel(t, net, losses.SoftmaxCrossEntropy{}, 5)
			before := flat(m.Params(), values)
			obj, err := m.Batch(normal(1, 12, 5), labels(0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2))
			require.NoError(t, err)
			_, err = newOptimizer(t, kfac.Config{Structure: structure}).Step(obj)
			assert.ErrorContains(t, err, c.want, "%s, %s", name, structure)
			assert.Equal(t, before, flat(m.Params(), values))
		}
	}
}

// withParam is an identity that has a parameter.
type withParam struct {
	shape []int
	p     *graph.Param
}

func (l *withParam) Params() []*graph.Param {
	if l.p == nil {
		return nil
	}
	return []*graph.Param{l.p}
}

func (l *withParam) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if l.p == nil {
		l.p = graph.NewParam("other", b.DType, l.shape...)
	}
	return x, nil
}

// hidesLoose lists no loose parameters.
type hidesLoose struct{ trainer.MiniBatch }

func (hidesLoose) Loose() []*graph.Param { return nil }

// TestUncovered: a parameter that would never be trained is refused.
func TestUncovered(t *testing.T) {
	n := looseNets()["gains"]
	m := n.model(t, n.theta(1))
	_, err := newOptimizer(t, kfac.Config{}).Step(hidesLoose{n.batch(t, m, n.data(2, 5))})
	assert.ErrorContains(t, err, "kfac: parameter gain1 is in no layer's block and not among the loose ones")
}
