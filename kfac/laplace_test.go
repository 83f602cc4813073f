package kfac_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestLaplaceIsBayesianRegression: for one linear layer with a squared error the posterior is
// that of Bayesian linear regression, X̄ᵀX̄/σ² + τI for each output, and the marginal likelihood
// is the exact one, log N(y; 0, σ²I + X̄X̄ᵀ/τ).
func TestLaplaceIsBayesianRegression(t *testing.T) {
	const n, in, out, tau, variance = 12, 3, 2, 0.7, 0.3
	m, err := trainer.NewModel(&layers.Dense{Units: out}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{in}, DType: graph.Float64, Seed: 1})
	require.NoError(t, err)
	x, y := normal(1, n, in), normal(2, n, out)
	design := mat.NewDense(n, in+1, nil)
	for i := range n {
		for j := range in {
			design.Set(i, j, x.Float64s()[i*in+j])
		}
		design.Set(i, in, 1)
	}
	targets := mat.NewDense(n, out, y.Float64s())

	precision := mat.NewSymDense(in+1, nil)
	precision.SymOuterK(1/variance, design.T())
	damp(precision, tau)
	inverse, logDet := inverseOf(t, precision)
	var right, solution mat.Dense
	right.Mul(design.T(), targets)
	right.Scale(1/variance, &right)
	solution.Mul(inverse, &right)
	restore(m.Params(), solution.RawMatrix().Data)

	for _, structure := range []kfac.Structure{kfac.BlockDiagonal, kfac.EKFAC, kfac.Full} {
		l := fitLaplace(t, kfac.LaplaceConfig{Structure: structure, PriorPrecision: tau, NoiseVariance: variance}, inBatches(m, x, y, 5, 4, 3))
		var want mat.Dense
		want.Kronecker(inverse, mat.NewDiagDense(out, []float64{1, 1}))
		near(t, elements(&want), elements(writtenOut(t, l, m.Params())), laplaceTolerance, structure, "covariance")
		assert.Equal(t, n, l.Examples())
		assert.Equal(t, (in+1)*out, l.Parameters())
		assert.InEpsilon(t, out*logDet, l.LogDet(), laplaceTolerance)

		kernel := mat.NewSymDense(n, nil)
		kernel.SymOuterK(1/tau, design)
		damp(kernel, variance)
		inverseKernel, logDetKernel := inverseOf(t, kernel)
		var residual mat.Dense
		residual.Mul(design, &solution)
		residual.Sub(targets, &residual)
		fit, exact := 0.0, 0.0
		for c := range out {
			y, r := targets.ColView(c), residual.ColView(c)
			fit -= (mat.Dot(r, r)/variance + n*math.Log(2*math.Pi*variance)) / 2
			exact -= (mat.Inner(y, inverseKernel, y) + logDetKernel + n*math.Log(2*math.Pi)) / 2
		}
		assert.InEpsilon(t, exact, l.LogMarginalLikelihood(fit), laplaceTolerance, structure)

		obj, err := m.Batch(x, y)
		require.NoError(t, err)
		all, err := l.OutputCovariance(obj)
		require.NoError(t, err)
		require.Len(t, all, n)
		for i, c := range all {
			v := mat.Inner(design.RowView(i), inverse, design.RowView(i))
			near(t, []float64{v, 0, 0, v}, elements(c), laplaceTolerance, structure, "outputs")
		}
	}
}

// TestLaplaceEstimator: the estimator of the configuration is the one that F̂ is measured with.
func TestLaplaceEstimator(t *testing.T) {
	n := newNet("softmax", 3, dense(4), function("tanh"), dense(3))
	theta, b := n.theta(1), n.data(2, 6)
	m := n.model(t, theta)
	x, y := b.tensors("softmax")
	for est, terms := range map[graph.FisherEstimator][]term{graph.Empirical: n.empirical(theta, b), graph.Exact: n.exact(theta, b)} {
		l := fitLaplace(t, kfac.LaplaceConfig{Structure: kfac.Full, Estimator: est}, inBatches(m, x, y, 4, 2))
		precision := n.fisher(terms)
		precision.ScaleSym(6, precision)
		damp(precision, 1)
		want, _ := inverseOf(t, precision)
		near(t, elements(want), elements(writtenOut(t, l, m.Params())), laplaceTolerance, est)
	}
}

// TestLaplaceAgainstDenseMatrices: for networks with taps of every kind, groups, several
// locations and loose parameters, in every structure, Σ is the inverse of N·F̂ + τI written
// out; so are log det, the effective parameters, and the covariances of outputs by the
// Jacobian of single examples. The data come in mini-batches of several sizes.
func TestLaplaceAgainstDenseMatrices(t *testing.T) {
	const examples, tau, data = 5, 0.9, 40
	for _, c := range laplaceCases(t, examples) {
		all := singles(t, c.m, c.x, c.classes)
		obj, err := c.m.Batch(c.x, c.y)
		require.NoError(t, err)
		unit := normal(4, examples, c.z.Outputs())
		rows := singles(t, c.z, c.x, false)
		jacobians := mat.NewDense(len(rows), len(rows[0].grad), nil)
		for i, r := range rows {
			jacobians.SetRow(i, r.grad)
		}
		for _, structure := range []kfac.Structure{kfac.BlockDiagonal, kfac.EKFAC, kfac.Diagonal, kfac.Full} {
			for _, sharing := range kfac.Sharings() {
				what := []any{c.name, structure, sharing}
				precision := laplaceFisher(obj, all, structure, sharing == kfac.Reduce)
				var e mat.EigenSym
				require.True(t, e.Factorize(precision, false))
				precision.ScaleSym(data, precision)
				damp(precision, tau)
				want, logDet := inverseOf(t, precision)
				l := fitLaplace(t, kfac.LaplaceConfig{Structure: structure, Sharing: sharing, PriorPrecision: tau, Examples: data}, inBatches(c.m, c.x, c.y, 2, 3))
				near(t, elements(want), elements(writtenOut(t, l, obj.Params())), laplaceTolerance, what...)
				assert.InEpsilon(t, logDet, l.LogDet(), laplaceTolerance, what...)
				effective := 0.0
				for _, v := range e.Values(nil) {
					effective += data * v / (data*v + tau)
				}
				assert.InEpsilon(t, effective, l.EffectiveParameters(), laplaceTolerance, what...)

				outputs, err := c.z.Batch(c.x, unit)
				require.NoError(t, err)
				got, err := l.OutputCovariance(outputs)
				require.NoError(t, err)
				k := c.z.Outputs()
				for n := range examples {
					j := jacobians.Slice(n*k, (n+1)*k, 0, len(rows[0].grad))
					var cov mat.Dense
					cov.Product(j, want, j.T())
					near(t, elements(&cov), elements(got[n]), laplaceTolerance, append(what, "outputs", n)...)
				}
			}
		}
	}
}

// TestLaplaceOfConvolutions: a convolution's windows stand aside, and its outputs'
// covariances are those of the Jacobian.
func TestLaplaceOfConvolutions(t *testing.T) {
	build := func(loss losses.Loss) *trainer.Model {
		m, err := trainer.NewModel(layers.Sequential{
			&layers.Conv2D{Filters: 4, Kernel: [2]int{2, 2}}, layers.Tanh(),
			&layers.Conv2D{Filters: 4, Kernel: [2]int{2, 2}, Groups: 2}, layers.Tanh(), &layers.Flatten{}, &layers.Dense{Units: 3},
		}, loss, trainer.ModelConfig{Input: []int{4, 4}, DType: graph.Float64, Seed: 3})
		require.NoError(t, err)
		m.Observe(func(graph.Pass, []*graph.Tap) {}) // windows are there after a gradient, for the reference
		return m
	}
	m, z := build(losses.SoftmaxCrossEntropy{}), build(losses.SquaredError{})
	x, y := normal(1, 4, 4, 4), labels(0, 1, 2, 1)
	l := fitLaplace(t, kfac.LaplaceConfig{PriorPrecision: 0.5}, inBatches(m, x, y, 4))
	sigma := writtenOut(t, l, m.Params())
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	precision := laplaceFisher(obj, singles(t, m, x, true), kfac.BlockDiagonal, false)
	precision.ScaleSym(4, precision)
	damp(precision, 0.5)
	want, _ := inverseOf(t, precision)
	near(t, elements(want), elements(sigma), laplaceTolerance)
	outputs, err := z.Batch(x, normal(2, 4, 3))
	require.NoError(t, err)
	got, err := l.OutputCovariance(outputs)
	require.NoError(t, err)
	rows := singles(t, z, x, false)
	for n, c := range got {
		j := mat.NewDense(3, len(rows[0].grad), nil)
		for i := range 3 {
			j.SetRow(i, rows[3*n+i].grad)
		}
		var cov mat.Dense
		cov.Product(j, sigma, j.T())
		near(t, elements(&cov), elements(c), laplaceTolerance, n)
	}
}

// TestLaplacePairs: factors and summands of more features than have a whole matrix have a
// 2×2 matrix for each feature.
func TestLaplacePairs(t *testing.T) {
	const features, examples, tau = 300, 6, 0.4
	m, err := trainer.NewModel(layers.Sequential{scaleMap("scale", 1, features), layers.Tanh(), &layers.Dense{Units: 2}}, losses.SoftmaxCrossEntropy{},
		trainer.ModelConfig{Input: []int{features}, DType: graph.Float64, Seed: 5})
	require.NoError(t, err)
	x, y := normal(7, examples, features), labels(0, 1, 1, 0, 1, 0)
	all := singles(t, m, x, true)
	l := fitLaplace(t, kfac.LaplaceConfig{PriorPrecision: tau}, inBatches(m, x, y, examples))
	for _, j := range []int{0, 17, features - 1} {
		f := fisherOf(all, []int{j, features + j})
		f.ScaleSym(examples, f)
		damp(f, tau)
		want, _ := inverseOf(t, f)
		w, b := graph.NewDirection(m.Params()), graph.NewDirection(m.Params())
		w[0].Float64s()[j], b[1].Float64s()[j] = 1, 1
		got, err := l.Covariance(w, b)
		require.NoError(t, err)
		near(t, elements(want), elements(got), laplaceTolerance, j)
	}

	// Draws: the coupling of a factor and its summand, summed over the features with its sign,
	// so that it stands out of the noise.
	const draws = 6000
	wb, bound, coupling := make([]float64, features), 0.0, 0.0
	for j := range wb {
		f := fisherOf(all, []int{j, features + j})
		f.ScaleSym(examples, f)
		damp(f, tau)
		c, _ := inverseOf(t, f)
		wb[j] = c.At(0, 1)
		coupling += math.Abs(wb[j])
		bound += (c.At(0, 0)*c.At(1, 1) + wb[j]*wb[j]) / draws
	}
	bound = 6 * math.Sqrt(bound)
	require.Greater(t, coupling, bound)
	theta, sum := flat(m.Params(), values), 0.0
	require.NoError(t, l.EachSample(rand.New(rand.NewPCG(5, 6)), draws, func(int) error {
		d := flat(m.Params(), values)
		axpy(d, -1, theta)
		for j, c := range wb {
			sum += math.Copysign(1, c) * d[j] * d[features+j] / draws
		}
		return nil
	}))
	assert.InDelta(t, coupling, sum, bound)
}
