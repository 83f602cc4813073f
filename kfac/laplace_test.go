package kfac_test

import (
	"errors"
	"iter"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// inBatches deals examples out in mini-batches of these sizes.
func inBatches(m *trainer.Model, x, y *tensor.Dense, sizes ...int) iter.Seq2[graph.CurvatureObjective, error] {
	return func(yield func(graph.CurvatureObjective, error) bool) {
		from := 0
		for _, n := range sizes {
			obj, err := m.Batch(someRows(x, from, n), someRows(y, from, n))
			if !yield(obj, err) {
				return
			}
			from += n
		}
	}
}

// someRows copies n rows of x, from one on.
func someRows(x *tensor.Dense, from, n int) *tensor.Dense {
	shape := append(tensor.Shape{n}, x.Shape()[1:]...)
	size := x.Strides()[0]
	if x.Dtype() == tensor.Int32 {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(append([]int32{}, x.Int32s()[from*size:(from+n)*size]...)))
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(append([]float64{}, x.Float64s()[from*size:(from+n)*size]...)))
}

func fitLaplace(t testing.TB, cfg kfac.LaplaceConfig, batches iter.Seq2[graph.CurvatureObjective, error]) *kfac.Laplace {
	t.Helper()
	l, err := kfac.FitLaplace(cfg, batches)
	require.NoError(t, err)
	return l
}

// units are the directions with a single 1, in the order of the parameters' elements.
func units(params []*graph.Param) []graph.Direction {
	var all []graph.Direction
	for i, p := range params {
		for j := range p.Size() {
			d := graph.NewDirection(params)
			d[i].Float64s()[j] = 1
			all = append(all, d)
		}
	}
	return all
}

// writtenOut is Σ of a posterior, P×P.
func writtenOut(t testing.TB, l *kfac.Laplace, params []*graph.Param) *mat.SymDense {
	t.Helper()
	c, err := l.Covariance(units(params)...)
	require.NoError(t, err)
	return c
}

// inverseOf is m⁻¹ of a positive definite matrix, and log det m.
func inverseOf(t testing.TB, m mat.Symmetric) (*mat.SymDense, float64) {
	t.Helper()
	var c mat.Cholesky
	require.True(t, c.Factorize(m))
	var inverse mat.SymDense
	require.NoError(t, c.InverseTo(&inverse))
	return &inverse, c.LogDet()
}

// laplaceTolerance is the relative difference from dense algebra in float64, with condition
// numbers of at most some thousands.
const laplaceTolerance = 1e-9

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

// laplaceCase is a network with data, and the same network with a squared error for the
// derivatives of its outputs.
type laplaceCase struct {
	name    string
	m, z    *trainer.Model
	x, y    *tensor.Dense
	classes bool
}

func laplaceCases(t *testing.T, examples int) []laplaceCase {
	t.Helper()
	var all []laplaceCase
	for _, nets := range []map[string]net{tinyNets(), looseNets()} {
		for name, n := range nets {
			if n.loss == "bernoulli" {
				continue // the reference has no list of its targets
			}
			theta := n.theta(1)
			x, y := n.data(2, examples).tensors(n.loss)
			c := laplaceCase{name: name, m: n.model(t, theta), x: x, classes: n.loss == "softmax", y: y}
			if c.classes {
				list := make([]int32, examples)
				for i, v := range y.Float64s() {
					list[i] = int32(v)
				}
				c.y = labels(list...)
			}
			n.loss = "gaussian"
			c.z = n.model(t, theta)
			all = append(all, c)
		}
	}
	for _, k := range kindCases() {
		c := laplaceCase{name: k.name, m: k.model(t, losses.SoftmaxCrossEntropy{}), z: k.model(t, losses.SquaredError{}), classes: true}
		c.x, c.y = k.data(3, examples)
		all = append(all, c)
	}
	return all
}

// laplaceFisher is F̂ of a structure written out, from gradients of single examples.
func laplaceFisher(obj trainer.MiniBatch, all []single, structure kfac.Structure, reduce bool) *mat.SymDense {
	f := mat.NewSymDense(len(all[0].grad), nil)
	put := func(places []int, m mat.Matrix) {
		for i, a := range places {
			for j, b := range places {
				f.SetSym(a, b, m.At(i, j))
			}
		}
	}
	blocks, loose := kindBlocks(obj, all)
	isLoose := map[int]bool{}
	for _, at := range loose {
		isLoose[at] = true
		put([]int{at}, fisherOf(all, []int{at}))
	}
	var tapped []int
	for _, b := range blocks {
		if isLoose[b.places[0]] {
			continue // a weight under several taps
		}
		tapped = append(tapped, b.places...)
		switch {
		case structure == kfac.BlockDiagonal && (b.kind == graph.Affine || b.kind == graph.Embedding), structure == kfac.EKFAC && b.kind == graph.Embedding:
			a, g := b.factors(reduce)
			var product mat.Dense
			product.Kronecker(a, g)
			put(b.places, &product)
		case structure != kfac.Full:
			put(b.places, b.damped(structure, reduce, 0))
		}
	}
	if structure == kfac.Full && len(tapped) > 0 {
		put(tapped, fisherOf(all, tapped))
	}
	return f
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

// TestLaplaceLastLayer: the last layer has its own block, and the other weights are known:
// they have no variance and do not move.
func TestLaplaceLastLayer(t *testing.T) {
	n := newNet("softmax", 3, dense(4), function("tanh"), dense(3))
	theta, b := n.theta(1), n.data(2, 6)
	m := n.model(t, theta)
	x, y := b.tensors("softmax")
	whole := writtenOut(t, fitLaplace(t, kfac.LaplaceConfig{}, inBatches(m, x, y, 6)), m.Params())
	for _, structure := range []kfac.Structure{kfac.BlockDiagonal, kfac.Full} {
		l := fitLaplace(t, kfac.LaplaceConfig{LastLayer: true, Structure: structure}, inBatches(m, x, y, 6))
		assert.Equal(t, 15, l.Parameters())
		got := writtenOut(t, l, m.Params())
		want := mat.NewSymDense(n.size, nil)
		for i := 16; i < n.size; i++ {
			for j := 16; j <= i; j++ {
				want.SetSym(i, j, whole.At(i, j))
			}
		}
		if structure == kfac.Full {
			places := make([]int, 15)
			for i := range places {
				places[i] = 16 + i
			}
			f := fisherOf(singles(t, m, x, true), places)
			f.ScaleSym(6, f)
			damp(f, 1)
			inverse, _ := inverseOf(t, f)
			want.SliceSym(16, n.size).(*mat.SymDense).CopySym(inverse)
		}
		near(t, elements(want), elements(got), laplaceTolerance, structure)
		l.Sample(rand.New(rand.NewPCG(1, 1)))
		moved := flat(m.Params(), values)
		assert.Equal(t, theta[:16], moved[:16])
		for i := 16; i < n.size; i++ {
			assert.NotEqual(t, theta[i], moved[i])
		}
		l.Restore()
		assert.Equal(t, theta, flat(m.Params(), values))
	}
}

// TestLaplaceSamples: the covariance of S draws is Σ, and their mean θ*. An element of the
// covariance of normal draws has the variance (Σ_ii Σ_jj + Σ_ij²)/S; the bound is six times its
// root, which 2500 elements exceed with a probability below 10⁻⁵.
func TestLaplaceSamples(t *testing.T) {
	const draws = 4000
	for _, c := range laplaceCases(t, 5) {
		switch c.name {
		case "softmax 3-4-3", "gains", "table", "scale", "groups":
		default:
			continue
		}
		params, theta := c.m.Params(), flat(c.m.Params(), values)
		l := fitLaplace(t, kfac.LaplaceConfig{PriorPrecision: 2}, inBatches(c.m, c.x, c.y, 5))
		sigma, size := writtenOut(t, l, params), len(theta)
		mean, second := make([]float64, size), mat.NewSymDense(size, nil)
		require.NoError(t, l.EachSample(rand.New(rand.NewPCG(3, 4)), draws, func(int) error {
			d := flat(params, values)
			axpy(d, -1, theta)
			axpy(mean, 1./draws, d)
			second.SymRankOne(second, 1./draws, mat.NewVecDense(size, d))
			return nil
		}))
		assert.Equal(t, theta, flat(params, values), "restored")
		for i := range size {
			assert.InDelta(t, 0, mean[i], 6*math.Sqrt(sigma.At(i, i)/draws), "%s mean %d", c.name, i)
			for j := range i + 1 {
				bound := 6 * math.Sqrt((sigma.At(i, i)*sigma.At(j, j)+sigma.At(i, j)*sigma.At(i, j))/draws)
				assert.InDelta(t, sigma.At(i, j), second.At(i, j), bound, "%s %d %d", c.name, i, j)
			}
		}
	}
}

// TestLaplaceRestores: the mean comes back with its bits after an error and after a panic,
// and the same generator gives the same draw whatever stood there.
func TestLaplaceRestores(t *testing.T) {
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		m, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 4}, layers.Tanh(), &layers.Dense{Units: 3}}, losses.SoftmaxCrossEntropy{},
			trainer.ModelConfig{Input: []int{3}, DType: dtype, Seed: 1})
		require.NoError(t, err)
		l := fitLaplace(t, kfac.LaplaceConfig{}, inBatches(m, normal(1, 6, 3), labels(0, 1, 2, 0, 1, 2), 6))
		before := flat(m.Params(), values)
		broken := errors.New("broken")
		calls := 0
		err = l.EachSample(rand.New(rand.NewPCG(1, 2)), 5, func(i int) error {
			calls++
			assert.NotEqual(t, before, flat(m.Params(), values))
			if i == 2 {
				return broken
			}
			return nil
		})
		require.ErrorIs(t, err, broken)
		assert.Equal(t, 3, calls)
		assert.Equal(t, before, flat(m.Params(), values))
		assert.Panics(t, func() {
			_ = l.EachSample(rand.New(rand.NewPCG(1, 2)), 1, func(int) error { panic("no") })
		})
		assert.Equal(t, before, flat(m.Params(), values))
		l.Sample(rand.New(rand.NewPCG(1, 2)))
		first := flat(m.Params(), values)
		l.Sample(rand.New(rand.NewPCG(1, 2)))
		assert.Equal(t, first, flat(m.Params(), values))
		l.Restore()
		l.Restore()
		assert.Equal(t, before, flat(m.Params(), values))
		draw := rand.New(rand.NewPCG(1, 2))
		assert.Zero(t, testing.AllocsPerRun(5, func() { l.Sample(draw) }))
	}
}
