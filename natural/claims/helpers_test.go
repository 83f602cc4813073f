package claims_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

func newModel(t testing.TB, net layers.Layer, loss losses.Loss, in int) *trainer.Model {
	t.Helper()
	m, err := trainer.NewModel(net, loss, trainer.ModelConfig{Input: []int{in}, DType: graph.Float64, Seed: 5})
	require.NoError(t, err)
	return m
}

func newBatch(t testing.TB, m *trainer.Model, x, y *tensor.Dense) trainer.MiniBatch {
	t.Helper()
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	return obj
}

// normal is a tensor of standard normal numbers.
func normal(seed uint64, shape ...int) *tensor.Dense {
	r := rand.New(rand.NewPCG(seed, 9))
	x := graph.NewDense(graph.Float64, shape...)
	for i := range x.Float64s() {
		x.Float64s()[i] = r.NormFloat64()
	}
	return x
}

// of is a tensor of a shape over these numbers.
func of(v []float64, shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(v))
}

// bits are n×c targets 0 and 1.
func bits(seed uint64, n, c int) *tensor.Dense {
	y := normal(seed, n, c)
	for i, v := range y.Float64s() {
		y.Float64s()[i] = 0
		if v > 0 {
			y.Float64s()[i] = 1
		}
	}
	return y
}

// labels are n classes of c.
func labels(seed uint64, n, c int) *tensor.Dense {
	r := rand.New(rand.NewPCG(seed, 13))
	y := graph.NewDense(graph.Float64, n)
	for i := range y.Float64s() {
		y.Float64s()[i] = float64(r.IntN(c))
	}
	return y
}

// row is the i-th of x's rows, as a batch of one.
func row(x *tensor.Dense, i int) *tensor.Dense {
	shape := append([]int{}, x.Shape()...)
	size := x.Shape().TotalSize() / shape[0]
	shape[0] = 1
	return of(append([]float64{}, x.Float64s()[i*size:(i+1)*size]...), shape...)
}

// flat are the numbers of a direction, as one vector in the parameters' order.
func flat(d graph.Direction) []float64 {
	var v []float64
	for _, x := range d {
		v = append(v, x.Float64s()...)
	}
	return v
}

// place writes a vector into a direction.
func place(d graph.Direction, v []float64) {
	for _, x := range d {
		copy(x.Float64s(), v[:x.DataSize()])
		v = v[x.DataSize():]
	}
}

func values(m *trainer.Model) []float64 { return flat(graph.Values(m.Params())) }

func set(m *trainer.Model, theta []float64) { place(graph.Values(m.Params()), theta) }

// moved are the parameters after a step −rate·u.
func moved(theta []float64, rate float64, u []float64) []float64 {
	v := append([]float64{}, theta...)
	floats.AddScaled(v, -rate, u)
	return v
}

// gradient is ∇h of a mini-batch.
func gradient(t testing.TB, obj graph.Objective) []float64 {
	t.Helper()
	_, err := obj.Grad()
	require.NoError(t, err)
	return flat(graph.Gradients(obj.Params()))
}

func loss(t testing.TB, obj graph.Objective) float64 {
	t.Helper()
	h, err := obj.Loss()
	require.NoError(t, err)
	return h
}

// predictions are the means of the model's distributions, N×C.
func predictions(t testing.TB, m *trainer.Model, x *tensor.Dense) []float64 {
	t.Helper()
	p, err := m.Predict(x)
	require.NoError(t, err)
	return append([]float64{}, p.Float64s()...)
}

// fisher is the exact Fisher matrix of a mini-batch, written out: products with all unit
// vectors.
func fisher(t testing.TB, obj trainer.MiniBatch) *mat.SymDense {
	t.Helper()
	size := graph.CountParams(obj.Params())
	var units []graph.Direction
	for i := range size {
		d, v := graph.NewDirection(obj.Params()), make([]float64, size)
		v[i] = 1
		place(d, v)
		units = append(units, d)
	}
	_, err := obj.Grad()
	require.NoError(t, err)
	f, err := obj.Products(0, units...)
	require.NoError(t, err)
	own := mat.NewSymDense(size, nil)
	own.CopySym(f)
	return own
}

// derivatives has in row i the derivative with respect to parameter i of what f computes,
// by central differences whose error is of fourth order: about 1e-12.
func derivatives(theta []float64, at func(theta []float64) []float64) *mat.Dense {
	const h = 1e-3
	var d *mat.Dense
	for i := range theta {
		sum := []float64(nil)
		for k, weight := range map[float64]float64{-2: 1, -1: -8, 1: 8, 2: -1} {
			shifted := append([]float64{}, theta...)
			shifted[i] += k * h
			v := at(shifted)
			if sum == nil {
				sum = make([]float64, len(v))
			}
			floats.AddScaled(sum, weight/(12*h), v)
		}
		if d == nil {
			d = mat.NewDense(len(theta), len(sum), nil)
		}
		d.SetRow(i, sum)
	}
	return d
}

// hessian is the Hessian matrix of the loss, by differences of gradients.
func hessian(t testing.TB, m *trainer.Model, x, y *tensor.Dense) *mat.SymDense {
	t.Helper()
	theta, obj := values(m), newBatch(t, m, x, y)
	d := derivatives(theta, func(v []float64) []float64 {
		set(m, v)
		return gradient(t, obj)
	})
	set(m, theta)
	return symmetric(d)
}
