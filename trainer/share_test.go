package trainer_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// shareNet has dropout, whose masks have to be the same on any number of processes.
func shareNet(t *testing.T, dtype tensor.Dtype) *trainer.Model {
	t.Helper()
	m, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 7}, layers.Tanh(), &layers.Dropout{Rate: 0.25}, &layers.Dense{Units: 3}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, DType: dtype, Seed: 4, L2: 0.01})
	require.NoError(t, err)
	return m
}

// onGroup runs f on groups of several sizes, and returns what f returns on rank 0, by size.
func onGroup[T any](t *testing.T, f func(g distributed.Group) (T, error), sizes ...int) []T {
	t.Helper()
	all := make([]T, len(sizes))
	for i, size := range sizes {
		var mu sync.Mutex
		require.NoError(t, distributed.Run(size, func(g distributed.Group) error {
			v, err := f(g)
			if g.Rank() == 0 {
				mu.Lock()
				all[i] = v
				mu.Unlock()
			}
			return err
		}), "%d processes", size)
	}
	return all
}

// TestShareIsTheMiniBatch: loss, gradients, taps' statistics and products of the processes
// together are those of a mini-batch in one process, also where some of them have no example.
func TestShareIsTheMiniBatch(t *testing.T) {
	for _, n := range []int{2, 7, 12} {
		for _, est := range []graph.FisherEstimator{graph.MC, graph.GGN, graph.Exact, graph.Empirical} {
			results := onGroup(t, func(g distributed.Group) ([]float64, error) {
				m := shareNet(t, graph.Float64)
				x, y := randomBatch(rand.New(rand.NewPCG(uint64(n), 6)), losses.SoftmaxCrossEntropy{}, n, 4, 3)
				s := trainer.NewShare(m, g)
				obj, err := s.Batch(x, y)
				if err != nil {
					return nil, err
				}
				return shareNumbers(obj, est, g)
			}, 1, 2, 3, 4)
			for i, got := range results[1:] {
				assert.InDeltaSlice(t, results[0], got, 1e-13, "%d examples, %s, %d processes", n, est, i+2)
			}
		}
	}
}

// shareNumbers is what an objective of a group gives, in one list.
func shareNumbers(obj trainer.MiniBatch, est graph.FisherEstimator, g distributed.Group) ([]float64, error) {
	list := []float64{float64(obj.Examples())}
	add := func(h float64) {
		list = append(list, h)
		for _, p := range obj.Params() {
			list = append(list, p.Grad.Float64s()...)
		}
	}
	h, err := obj.Loss()
	if err != nil {
		return nil, err
	}
	list = append(list, h)
	if h, err = obj.Grad(); err != nil {
		return nil, err
	}
	add(h)
	// Of two passes of one estimator the second has other targets.
	for range 2 {
		squares := make([]float64, 2)
		h, err = obj.Curvature(est, func(c *graph.CurvaturePass) error {
			for _, tap := range c.Taps {
				if c.Examples > 0 { // a tap has 1/N_r of its examples' gradients
					scale := float64(c.Examples) * float64(c.Examples) / float64(obj.Examples())
					squares[0] += scale * graph.Direction{tap.G}.Dot(graph.Direction{tap.G})
					squares[1] += graph.Direction{tap.A}.Dot(graph.Direction{tap.A}) / float64(obj.Examples())
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		add(h)
		if err := g.Sum64(squares); err != nil {
			return nil, err
		}
		list = append(list, squares...)
	}
	u, v := randomDirection(rand.New(rand.NewPCG(1, 1)), obj.Params()), randomDirection(rand.New(rand.NewPCG(2, 1)), obj.Params())
	for _, examples := range []int{0, 1, obj.Examples() / 2} {
		f, err := obj.Products(examples, u, v)
		if err != nil {
			return nil, err
		}
		list = append(list, f.At(0, 0), f.At(0, 1), f.At(1, 1))
	}
	for _, matrix := range []graph.Matrix{graph.Fisher, graph.GaussNewton, graph.Hessian} {
		dst := graph.NewDirection(obj.Params())
		if err := obj.Multiply(matrix, dst, v); err != nil {
			return nil, err
		}
		for _, d := range dst {
			list = append(list, d.Float64s()...)
		}
	}
	return list, nil
}

// TestShareOfParts: accumulation composes with a group.
func TestShareOfParts(t *testing.T) {
	results := onGroup(t, func(g distributed.Group) ([]float64, error) {
		m := shareNet(t, graph.Float64)
		s := trainer.NewShare(m, g)
		x, y := randomBatch(rand.New(rand.NewPCG(3, 6)), losses.SoftmaxCrossEntropy{}, 11, 4, 3)
		obj, err := s.Next(&memory{x: x, y: y, n: 5}, 3) // parts of 5, 5 and 1 examples
		if err != nil {
			return nil, err
		}
		return shareNumbers(obj, graph.MC, g)
	}, 1, 2, 3, 4)
	for i, got := range results[1:] {
		assert.InDeltaSlice(t, results[0], got, 1e-13, "%d processes", i+2)
	}
	whole := onGroup(t, func(g distributed.Group) ([]float64, error) {
		m := shareNet(t, graph.Float64)
		x, y := randomBatch(rand.New(rand.NewPCG(3, 6)), losses.SoftmaxCrossEntropy{}, 11, 4, 3)
		obj, err := trainer.NewShare(m, g).Batch(x, y)
		if err != nil {
			return nil, err
		}
		return shareNumbers(obj, graph.MC, g)
	}, 2)
	assert.InDeltaSlice(t, whole[0], results[0], 1e-13, "in parts and as a whole")
}

// TestShareOfBuffers: running statistics are the same on all processes, and those of a
// mini-batch that is refused are taken back on all.
func TestShareOfBuffers(t *testing.T) {
	values := onGroup(t, func(g distributed.Group) ([]float64, error) {
		m, l := withState(t, graph.Float64)
		s := trainer.NewShare(m, g)
		for k := range uint64(3) {
			x, y := stateBatch(k, 6)
			if k == 1 && g.Rank() == g.Size()-1 {
				x.Float64s()[(g.Size()-1)*4] = math.NaN() // an example of the last process
			}
			obj, err := s.Batch(x, y)
			if err != nil {
				return nil, err
			}
			for range 2 { // two passes over a mini-batch take it in once
				if _, err := obj.Grad(); err != nil {
					return nil, err
				}
			}
		}
		own := l.running.Value.Float64s()
		all := make([]float64, len(own))
		copy(all, own)
		if err := g.Sum64(all); err != nil {
			return nil, err
		}
		for i := range all {
			assert.Equal(t, own[i]*float64(g.Size()), all[i])
		}
		return own, nil
	}, 1, 2)
	assert.InDeltaSlice(t, values[0], values[1], 1e-14)
	assert.NotContains(t, fmt.Sprint(values), "NaN")
}

// TestShareOfAnError: a process that fails tells the others.
func TestShareOfAnError(t *testing.T) {
	for _, broken := range []int{0, 1} {
		err := distributed.Run(2, func(g distributed.Group) error {
			m := shareNet(t, graph.Float64)
			x, y := randomBatch(rand.New(rand.NewPCG(3, 6)), losses.SoftmaxCrossEntropy{}, 4, 4, 3)
			s := trainer.NewShare(m, g)
			obj, err := s.Batch(x, y)
			if err != nil {
				return err
			}
			if g.Rank() == broken {
				_, err = obj.Curvature(graph.MC, func(*graph.CurvaturePass) error { return assert.AnError })
				assert.ErrorIs(t, err, assert.AnError)
			} else {
				_, err = obj.Curvature(graph.MC, func(*graph.CurvaturePass) error { return nil })
				assert.ErrorContains(t, err, fmt.Sprintf("process %d: %s", broken, assert.AnError.Error()))
			}
			_, err = obj.Grad() // and goes on
			return err
		})
		require.NoError(t, err)
	}
}

// TestSharesThatDoNotFit: data of different lengths are an error on all processes.
func TestSharesThatDoNotFit(t *testing.T) {
	err := distributed.Run(3, func(g distributed.Group) error {
		n := 6
		if g.Rank() == 2 {
			n = 9
		}
		x, y := randomBatch(rand.New(rand.NewPCG(3, 6)), losses.SoftmaxCrossEntropy{}, n, 4, 3)
		obj, err := trainer.NewShare(shareNet(t, graph.Float64), g).Batch(x, y)
		if err != nil {
			return err
		}
		_, err = obj.Grad()
		assert.ErrorContains(t, err, "the same data")
		return nil
	})
	require.NoError(t, err)
}

// TestShareSteps: steps of the optimizers are those of one process. K-FAC's own tests are in
// package kfac.
func TestShareSteps(t *testing.T) {
	makers := map[string]func() trainer.Optimizer{
		"sgd": func() trainer.Optimizer { return sgd(t, 0.1) },
		"kfac of sampled targets": func() trainer.Optimizer {
			o, err := kfac.New(kfac.Config{DampingUpdateSteps: 1})
			require.NoError(t, err)
			return o
		},
	}
	for name := range optimizers(t, 0.1, 0) {
		makers[name] = func() trainer.Optimizer { return optimizers(t, 0.1, 0)[name] }
	}
	for name, maker := range makers {
		params := onGroup(t, func(g distributed.Group) ([]float64, error) {
			m, o := shareNet(t, graph.Float64), maker()
			s := trainer.NewShare(m, g)
			var list []float64
			for k := range uint64(6) {
				x, y := randomBatch(rand.New(rand.NewPCG(k, 6)), losses.SoftmaxCrossEntropy{}, 8-int(k%2), 4, 3)
				obj, err := s.Batch(x, y)
				if err != nil {
					return nil, err
				}
				h, err := o.Step(obj)
				if err != nil {
					return nil, err
				}
				list = append(list, h)
			}
			for _, p := range m.Params() {
				list = append(list, p.Value.Float64s()...)
			}
			return list, nil
		}, 1, 2, 3)
		for i, got := range params[1:] {
			assert.InDeltaSlice(t, params[0], got, 1e-9, "%s on %d processes", name, i+2)
		}
	}
}
