package claims_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// Claim: where the logits (or the mean of a Gaussian) are linear in the parameters, the
// Hessian of the loss is the Fisher matrix, at every point and for every target.
func TestHessianIsFisherOfLinearModels(t *testing.T) {
	x := normal(1, 12, 4)
	for name, c := range map[string]struct {
		loss losses.Loss
		y    *tensor.Dense
	}{
		"softmax":       {losses.SoftmaxCrossEntropy{}, labels(2, 12, 3)},
		"bernoulli":     {losses.SigmoidCrossEntropy{}, bits(2, 12, 3)},
		"squared error": {losses.SquaredError{}, normal(2, 12, 3)},
	} {
		m := newModel(t, &layers.Dense{Units: 3}, c.loss, 4)
		set(m, normal(3, 15).Float64s())
		assert.Less(t, distance(hessian(t, m, x, c.y), fisher(t, newBatch(t, m, x, c.y))), 1e-9, name)
	}
}

// matrix is one of the curvature matrices of a mini-batch, written out.
func matrix(t *testing.T, obj trainer.MiniBatch, which graph.Matrix) *mat.SymDense {
	t.Helper()
	products, err := graph.MatrixOf(obj)
	require.NoError(t, err)
	_, err = obj.Grad()
	require.NoError(t, err)
	size := graph.CountParams(obj.Params())
	m := mat.NewDense(size, size, nil)
	u, v := graph.NewDirection(obj.Params()), make([]float64, size)
	for i := range size {
		e := graph.NewDirection(obj.Params())
		clear(v)
		v[i] = 1
		place(e, v)
		require.NoError(t, products.Multiply(which, u, e))
		m.SetRow(i, flat(u))
	}
	return symmetric(m)
}

// Claim, loose: the Gauss–Newton matrix is the Fisher matrix.
//
// It is, of any network, where the outputs are natural parameters of the distribution, as
// logits are. A Gaussian's mean and log σ are not: there the Gauss–Newton matrix depends on
// the targets and can be indefinite, and the Fisher matrix is its mean over targets drawn
// from the model. So even a linear network has a Hessian, its Gauss–Newton matrix, that
// is not its Fisher matrix.
func TestGaussNewtonIsFisherWithNaturalParameters(t *testing.T) {
	x := normal(1, 12, 4)
	for name, c := range map[string]struct {
		loss losses.Loss
		y    *tensor.Dense
	}{"softmax": {losses.SoftmaxCrossEntropy{}, labels(2, 12, 4)}, "bernoulli": {losses.SigmoidCrossEntropy{}, bits(2, 12, 4)}} {
		m := newModel(t, layers.Sequential{&layers.Dense{Units: 3}, layers.Tanh(), &layers.Dense{Units: 4}}, c.loss, 4)
		obj := newBatch(t, m, x, c.y)
		assert.Less(t, distance(matrix(t, obj, graph.GaussNewton), fisher(t, obj)), 1e-12, name)
		assert.Less(t, distance(matrix(t, obj, graph.Hessian), hessian(t, m, x, c.y)), 1e-9, name)
		assert.Greater(t, distance(matrix(t, obj, graph.Hessian), fisher(t, obj)), 0.05, name)
	}
	m := newModel(t, &layers.Dense{Units: 4}, losses.DiagonalGaussian{}, 4)
	y := normal(2, 12, 2)
	obj := newBatch(t, m, x, y)
	h, f := matrix(t, obj, graph.GaussNewton), fisher(t, obj)
	assert.Less(t, distance(h, hessian(t, m, x, y)), 1e-9, "linear outputs")
	t.Logf("μ and log σ: ‖H − F‖ = %.2f‖F‖; least eigenvalue %.3f of H and %.3g of F", distance(h, f), eigenvalues(t, h)[0], eigenvalues(t, f)[0])
	assert.Greater(t, distance(h, f), 0.2)
	assert.Less(t, eigenvalues(t, h)[0], -0.1)
	assert.Greater(t, eigenvalues(t, f)[0], -1e-12)
}

// Claim, loose: they agree in linear networks.
//
// In a linear network of two layers the logits are a product of parameters. Between the
// layers lies a saddle: at W = 0 the Fisher matrix is zero and the Hessian is indefinite.
func TestHessianIsNotFisherOfDeepLinearNetworks(t *testing.T) {
	m := newModel(t, layers.Sequential{&layers.Dense{Units: 2, NoBias: true}, &layers.Dense{Units: 2, NoBias: true}}, losses.SquaredError{}, 2)
	x, y := normal(1, 12, 2), normal(2, 12, 2)
	set(m, make([]float64, 8))
	assert.Zero(t, mat.Norm(fisher(t, newBatch(t, m, x, y)), 2))
	h := eigenvalues(t, hessian(t, m, x, y))
	t.Logf("eigenvalues of the Hessian at the saddle: %.3f", h)
	assert.Less(t, h[0], -0.1)
	assert.Greater(t, h[7], 0.1)
	assert.InDelta(t, 0, floats.Sum(h), 1e-9)
}

// bend is a network that is not linear: 1 → tanh → 1, with four parameters, and data
// that it cannot fit.
func bend(t *testing.T) (m *trainer.Model, x, y *tensor.Dense) {
	m = newModel(t, layers.Sequential{&layers.Dense{Units: 1}, layers.Tanh(), &layers.Dense{Units: 1}}, losses.SquaredError{}, 1)
	set(m, []float64{0.8, 0.1, 1, 0})
	return m, of([]float64{-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2}, 9, 1), of([]float64{-0.2, -2.4, -1.2, 0.3, -0.8, 1.5, 0.1, 2.6, 0.3}, 9, 1)
}

// minimise goes to a point of the loss without a gradient by Newton's method, with
// absolute eigenvalues in the place of the Hessian's so that every step leads down.
func minimise(t *testing.T, m *trainer.Model, x, y *tensor.Dense) {
	t.Helper()
	obj := newBatch(t, m, x, y)
	for range 60 {
		g := append([]float64{}, gradient(t, obj)...)
		if floats.Norm(g, 2) < 1e-13 {
			return
		}
		var e mat.EigenSym
		require.True(t, e.Factorize(hessian(t, m, x, y), true))
		var q mat.Dense
		e.VectorsTo(&q)
		u := make([]float64, len(g))
		for i, s := range e.Values(nil) {
			c := mat.Col(nil, i, &q)
			floats.AddScaled(u, floats.Dot(c, g)/max(s, -s, 1e-6), c)
		}
		theta, before := values(m), loss(t, obj)
		for rate := 1.0; ; rate /= 2 {
			set(m, moved(theta, rate, u))
			if loss(t, obj) <= before || rate < 1e-6 {
				break
			}
		}
	}
	require.Less(t, floats.Norm(gradient(t, obj), 2), 1e-11, "the optimum")
}

// Claim: at a perfect fit the Hessian of a squared error is the Fisher matrix, of any
// network. Elsewhere it is not: the second derivatives of the outputs count with the
// residuals, and the Hessian need not be positive semidefinite, as the Fisher matrix is.
func TestHessianIsFisherAtAPerfectFit(t *testing.T) {
	m := newModel(t, layers.Sequential{&layers.Dense{Units: 3}, layers.Tanh(), &layers.Dense{Units: 2}}, losses.SquaredError{}, 2)
	set(m, normal(3, 17).Float64s())
	x := normal(1, 30, 2)
	fit := of(predictions(t, m, x), 30, 2)
	f := fisher(t, newBatch(t, m, x, fit))
	assert.Less(t, distance(hessian(t, m, x, fit), f), 1e-9)
	y := normal(4, 30, 2)
	assert.Equal(t, f, fisher(t, newBatch(t, m, x, y)), "the Fisher matrix does not see the targets")
	h := hessian(t, m, x, y)
	t.Logf("away from it: ‖H − F‖ = %.2f‖F‖; least eigenvalue %.3f of H and %.3g of F", distance(h, f), eigenvalues(t, h)[0], eigenvalues(t, f)[0])
	assert.Greater(t, distance(h, f), 0.2)
	assert.Less(t, eigenvalues(t, h)[0], -0.1)
	assert.Greater(t, eigenvalues(t, f)[0], -1e-12)
}

// Claim, loose: at the optimum the Hessian is the Fisher matrix.
//
// That takes a model that has the data's distribution. This network is at its optimum,
// does not fit, and has other curvature than its Fisher matrix says. Models whose logits
// are linear in the parameters need no such condition.
func TestHessianIsNotFisherAtTheOptimumOfAWrongModel(t *testing.T) {
	m, x, y := bend(t)
	minimise(t, m, x, y)
	h, f := hessian(t, m, x, y), fisher(t, newBatch(t, m, x, y))
	ratios := relative(t, h, f)
	t.Logf("at the optimum, loss %.3f: ‖H − F‖ = %.3f‖F‖, curvature uᵀHu/uᵀFu from %.2f to %.2f", loss(t, newBatch(t, m, x, y)), distance(h, f), ratios[0], ratios[3])
	assert.Greater(t, eigenvalues(t, h)[0], 0.0, "a minimum")
	assert.Greater(t, distance(h, f), 0.02)
	assert.Greater(t, ratios[3]/ratios[0], 1.5)
}

// Claim: the Fisher matrix is the expected Hessian, where targets are drawn from the model
// itself. It holds for any network at any point.
func TestFisherIsTheExpectedHessian(t *testing.T) {
	x := normal(1, 4, 2)
	for name, l := range outcomes() {
		m := newModel(t, layers.Sequential{&layers.Dense{Units: 3}, layers.Tanh(), &layers.Dense{Units: 2}}, l.loss, 2)
		set(m, normal(3, 17).Float64s())
		mean := mat.NewSymDense(17, nil)
		for i := range 4 {
			for _, o := range l.of(predictions(t, m, row(x, i))) {
				h := hessian(t, m, row(x, i), o.y)
				h.ScaleSym(o.p/4, h)
				mean.AddSym(mean, h)
			}
		}
		assert.Less(t, distance(mean, fisher(t, newBatch(t, m, x, l.some))), 1e-9, name)
	}
}
