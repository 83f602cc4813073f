package claims_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// undamped is a damping λ that the numbers of these tests hardly see. BlockTridiagonal
// needs some: the 1 of one layer's inputs is fully known from that of the next, and without
// damping rounding decides whether anything of it is left.
const undamped = 1e-28

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

// symmetric is ½(m + mᵀ).
func symmetric(m mat.Matrix) *mat.SymDense {
	n, _ := m.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			s.SetSym(i, j, (m.At(i, j)+m.At(j, i))/2)
		}
	}
	return s
}

// solve is m⁻¹v.
func solve(t testing.TB, m mat.Matrix, v []float64) []float64 {
	t.Helper()
	var x mat.VecDense
	require.NoError(t, x.SolveVec(m, mat.NewVecDense(len(v), v)))
	return x.RawVector().Data
}

// pseudoSolve is m⁺v, and m's rank.
func pseudoSolve(t testing.TB, m *mat.SymDense, v []float64) (x []float64, rank int) {
	t.Helper()
	var e mat.EigenSym
	require.True(t, e.Factorize(m, true))
	var q mat.Dense
	e.VectorsTo(&q)
	all := e.Values(nil)
	x = make([]float64, len(v))
	for i, s := range all {
		if s > 1e-11*floats.Max(all) {
			c := mat.Col(nil, i, &q)
			floats.AddScaled(x, floats.Dot(c, v)/s, c)
			rank++
		}
	}
	return x, rank
}

// times is m·v.
func times(m mat.Matrix, v []float64) []float64 {
	var x mat.VecDense
	x.MulVec(m, mat.NewVecDense(len(v), v))
	return x.RawVector().Data
}

// quadratic is uᵀMv.
func quadratic(u []float64, m mat.Matrix, v []float64) float64 { return floats.Dot(u, times(m, v)) }

func cosine(u, v []float64) float64 {
	return floats.Dot(u, v) / floats.Norm(u, 2) / floats.Norm(v, 2)
}

// preconditioned is U, the direction of package kfac for a mini-batch, with the exact
// Fisher factors and √λ = γ.
func preconditioned(t testing.TB, obj graph.CurvatureObjective, structure kfac.Structure, gamma float64) []float64 {
	t.Helper()
	p, err := kfac.NewPreconditioner(kfac.PreconditionerConfig{Structure: structure, Estimator: graph.Exact})
	require.NoError(t, err)
	_, err = p.Measure(obj, true)
	require.NoError(t, err)
	require.NoError(t, p.Invert(obj, gamma))
	u := graph.NewDirection(obj.Params())
	p.Apply(u)
	return flat(u)
}

// plain are settings for which one step is θ − rate·U, with everything measured anew in
// each step.
func plain(structure kfac.Structure, estimator graph.FisherEstimator, damping, rate float64) kfac.Config {
	return kfac.Config{
		Mode: kfac.Fixed, Structure: structure, Estimator: estimator, LearningRate: rate, Momentum: kfac.None,
		Damping: damping, MinDamping: damping, DampingUpdateSteps: kfac.None, FactorUpdateSteps: 1, InverseUpdateSteps: 1, FactorDecay: kfac.None,
	}
}

func newKFAC(t testing.TB, cfg kfac.Config) *kfac.Optimizer {
	t.Helper()
	o, err := kfac.New(cfg)
	require.NoError(t, err)
	return o
}

func newSGD(t testing.TB, rate float64) *trainer.SGD {
	t.Helper()
	o, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: rate})
	require.NoError(t, err)
	return o
}

func newAdam(t testing.TB, rate float64) *trainer.Adam {
	t.Helper()
	o, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: rate})
	require.NoError(t, err)
	return o
}

// rule is an optimizer of the library.
type rule interface {
	Step(obj graph.Objective) (float64, error)
}

func step(t testing.TB, o rule, obj graph.Objective) float64 {
	t.Helper()
	h, err := o.Step(obj)
	require.NoError(t, err)
	return h
}

// gap is the greatest difference of two vectors.
func gap(u, v []float64) float64 { return floats.Distance(u, v, math.Inf(1)) }

// near asserts that two vectors differ by no more than this part of the greatest element.
func near(t testing.TB, want, got []float64, rtol float64, what ...any) {
	t.Helper()
	require.Len(t, got, len(want))
	assert.LessOrEqual(t, gap(want, got), rtol*floats.Norm(want, math.Inf(1)), what...)
}

// distance is ‖m − n‖/‖n‖ in the Frobenius norm.
func distance(m, n mat.Matrix) float64 {
	var d mat.Dense
	d.Sub(m, n)
	return mat.Norm(&d, 2) / mat.Norm(n, 2)
}

// order is the exponent k of an error that behaves as sᵏ: the slope of a line through
// the logarithms.
func order(scales, errors []float64) float64 {
	var x, y, xx, xy float64
	for i, s := range scales {
		a, b := math.Log(s), math.Log(errors[i])
		x, y, xx, xy = x+a, y+b, xx+a*a, xy+a*b
	}
	n := float64(len(scales))
	return (n*xy - x*y) / (n*xx - x*x)
}

// eigenvalues are in ascending order.
func eigenvalues(t testing.TB, m mat.Symmetric) []float64 {
	t.Helper()
	var e mat.EigenSym
	require.True(t, e.Factorize(m, false))
	return e.Values(nil)
}

// relative are the eigenvalues of n⁻¹m, in ascending order: uᵀMu/uᵀNu in the directions in
// which this is stationary.
func relative(t testing.TB, m, n mat.Symmetric) []float64 {
	t.Helper()
	var c mat.Cholesky
	require.True(t, c.Factorize(n))
	var l mat.TriDense
	c.LTo(&l)
	var half, both mat.Dense
	require.NoError(t, half.Solve(&l, m))
	require.NoError(t, both.Solve(&l, half.T()))
	return eigenvalues(t, symmetric(&both))
}

// flatten are the elements of a matrix, row by row.
func flatten(m *mat.Dense) []float64 { return mat.DenseCopyOf(m).RawMatrix().Data }
