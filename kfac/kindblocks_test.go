package kfac_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// kindCase is a network with taps of some kinds, on inputs of so many elements. Inputs of a
// network that begins with a table are numbers of its rows.
type kindCase struct {
	name   string
	in     int
	table  int // rows; 0: none
	layers func() layers.Sequential
}

// kindCases have locations and none, groups, biases and none, and neighbours that do not
// form chains. A network has at most 100 parameters.
func kindCases() []kindCase {
	tanh, classes := layers.Tanh, func() layers.Layer { return &layers.Dense{Units: 3} }
	noBias := func(l *kindLayer) *kindLayer { l.noBias = true; return l }
	return []kindCase{
		{"groups", 6, 0, func() layers.Sequential {
			return layers.Sequential{groupedMap("g1", 1, 2, 3, 2), tanh(), classes()}
		}},
		{"depthwise", 12, 0, func() layers.Sequential {
			return layers.Sequential{groupedMap("g1", 4, 3, 1, 1), tanh(), noBias(groupedMap("g2", 2, 3, 2, 1)), classes()}
		}},
		{"locations", 8, 0, func() layers.Sequential {
			return layers.Sequential{groupedMap("m1", 4, 1, 2, 2), tanh(), noBias(groupedMap("m2", 2, 1, 4, 3)), tanh(), classes()}
		}},
		{"scale", 4, 0, func() layers.Sequential {
			return layers.Sequential{&layers.Dense{Units: 4}, scaleMap("scale", 1, 4), tanh(), classes()}
		}},
		{"scale of locations", 6, 0, func() layers.Sequential {
			return layers.Sequential{scaleMap("scale", 3, 2), tanh(), noBias(scaleMap("factor", 2, 3)), classes()}
		}},
		{"shift", 6, 0, func() layers.Sequential {
			return layers.Sequential{shiftMap("shift", 2, 3), tanh(), shiftMap("more", 1, 6), classes()}
		}},
		{"table", 1, 7, func() layers.Sequential {
			return layers.Sequential{tableMap("table", 1, 7, 3), tanh(), classes()}
		}},
		{"table of locations", 4, 5, func() layers.Sequential {
			return layers.Sequential{tableMap("table", 4, 5, 2), tanh(), classes()}
		}},
	}
}

func (c kindCase) model(t testing.TB, loss losses.Loss) *trainer.Model {
	t.Helper()
	m, err := trainer.NewModel(c.layers(), loss, trainer.ModelConfig{Input: []int{c.in}, DType: graph.Float64, Seed: 5})
	require.NoError(t, err)
	return m
}

// data are inputs and classes of n examples.
func (c kindCase) data(seed uint64, n int) (x, y *tensor.Dense) {
	x = normal(seed, n, c.in)
	r := rand.New(rand.NewPCG(seed, 31))
	if c.table > 0 {
		for i := range x.Float64s() {
			x.Float64s()[i] = float64(r.IntN(c.table))
		}
	}
	classes := make([]int32, n)
	for i := range classes {
		classes[i] = int32(r.IntN(3))
	}
	return x, labels(classes...)
}

// TestKindsAgainstTheFisher: the first step of every structure, with taps of every kind, is the
// gradient times the inverse of the blocks by their definitions, from gradients of single
// examples for every class.
func TestKindsAgainstTheFisher(t *testing.T) {
	for _, c := range kindCases() {
		for _, n := range []int{1, 4} {
			m := c.model(t, losses.SoftmaxCrossEntropy{})
			x, y := c.data(3, n)
			all := singles(t, m, x, true)
			obj, err := m.Batch(x, y)
			require.NoError(t, err)
			_, err = obj.Grad()
			require.NoError(t, err)
			grad := flat(m.Params(), grads)
			before := flat(m.Params(), values)
			for _, structure := range kfac.Structures() {
				for _, sharing := range kfac.Sharings() {
					if structure == kfac.EKFAC && sharing == kfac.Reduce && n == 1 {
						continue // A has rank 1, so that its eigenvectors are not unique
					}
					cfg := plain(stepDamping, 1)
					cfg.Structure, cfg.Sharing = structure, sharing
					_, err = newOptimizer(t, cfg).Step(obj)
					require.NoError(t, err)
					u := append([]float64{}, before...)
					axpy(u, -1, flat(m.Params(), values))
					restore(m.Params(), before)
					want := kindStep(t, obj, all, grad, structure, sharing == kfac.Reduce, stepDamping)
					near(t, want, u, stepTolerance, fmt.Sprintf("%s, N=%d, %s, %s", c.name, n, structure, sharing))
				}
			}
		}
	}
}
