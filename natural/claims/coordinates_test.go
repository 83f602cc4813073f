package claims_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// seen is an objective in other coordinates x of its parameters, θ = Ax + c. It is what
// an optimizer of first order asks for.
type seen struct {
	inner trainer.MiniBatch
	a     *mat.Dense
	c     []float64
	x     *graph.Param
}

func (s *seen) Params() []*graph.Param { return []*graph.Param{s.x} }

// theta is Ax + c.
func (s *seen) theta() []float64 {
	v := times(s.a, s.x.Value.Float64s())
	floats.Add(v, s.c)
	return v
}

func (s *seen) Loss() (float64, error) {
	place(graph.Values(s.inner.Params()), s.theta())
	return s.inner.Loss()
}

// Grad is Aᵀ∇h, by the chain rule.
func (s *seen) Grad() (float64, error) {
	place(graph.Values(s.inner.Params()), s.theta())
	h, err := s.inner.Grad()
	copy(s.x.Grad.Float64s(), times(s.a.T(), flat(graph.Gradients(s.inner.Params()))))
	return h, err
}

// small is a network of nine parameters with an invertible Fisher matrix and an
// invertible Hessian that is not positive definite.
func small(t *testing.T) (m *trainer.Model, obj trainer.MiniBatch) {
	m = newModel(t, layers.Sequential{&layers.Dense{Units: 2}, layers.Tanh(), &layers.Dense{Units: 1}}, losses.SquaredError{}, 2)
	set(m, normal(7, 9).Float64s())
	return m, newBatch(t, m, normal(1, 30, 2), normal(2, 30, 1))
}

// Claim: an affine change of coordinates, x = A⁻¹(θ − c), moves plain gradient descent
// and neither Newton's method nor natural gradient descent.
//
// It holds at any rate and wherever the matrices are invertible: Newton's step is carried
// over even where the Hessian is indefinite and the step leads uphill. K-FAC is not
// invariant to all of these changes, but to those of its layers' inputs and outputs
// (TestSigmoidAndTanhTakeTheSameStep, and TestInvariance in package kfac). If A mixes
// weights of different layers, x is no longer the matrix of an affine map, and K-FAC has
// no factors for it.
func TestAffineCoordinates(t *testing.T) {
	m, obj := small(t)
	theta := values(m)
	size := len(theta)
	a := mat.NewDense(size, size, normal(8, size, size).Float64s())
	a.Scale(0.3, a)
	for i := range size {
		a.Set(i, i, a.At(i, i)+1)
	}
	require.Less(t, mat.Cond(a, 2), 30.0)
	s := &seen{inner: obj, a: a, c: normal(9, size).Float64s(), x: graph.NewParam("x", graph.Float64, size)}
	start := append([]float64{}, theta...)
	floats.Sub(start, s.c)
	start = solve(t, a, start)
	begin := func() {
		copy(s.x.Value.Float64s(), start)
		set(m, theta)
	}

	for name, begun := range map[string]func() rule{
		"gradient descent": func() rule { return newSGD(t, 0.05) },
		"Adam":             func() rule { return newAdam(t, 0.05) },
	} {
		begin()
		step(t, begun(), s)
		other := s.theta()
		set(m, theta)
		step(t, begun(), obj)
		far := gap(theta, values(m))
		t.Logf("%s: apart by %.2g of a step of %.2g", name, gap(values(m), other), far)
		assert.Greater(t, gap(values(m), other), 0.5*far, name)
	}

	begin()
	x, y := normal(1, 30, 2), normal(2, 30, 1)
	in := func(of func(x []float64) []float64) *mat.Dense { return derivatives(start, of) }
	gradientIn := func(x []float64) []float64 {
		copy(s.x.Value.Float64s(), x)
		return gradient(t, s)
	}
	// In x, the Hessian is the derivative of the gradient, and the Fisher matrix is JᵀJ/N of
	// the outputs: both by differences, and not by the chain rule that is to be shown.
	hx := symmetric(in(gradientIn))
	j := in(func(x []float64) []float64 {
		copy(s.x.Value.Float64s(), x)
		loss(t, s)
		return predictions(t, m, normal(1, 30, 2))
	})
	var fx mat.Dense
	fx.Mul(j, j.T())
	fx.Scale(1.0/30, &fx)
	gx := append([]float64{}, gradientIn(start)...)
	set(m, theta)
	h, g := hessian(t, m, x, y), gradient(t, obj)
	f := fisher(t, obj)
	require.Less(t, eigenvalues(t, h)[0], -0.01, "the Hessian is indefinite")
	near(t, solve(t, h, g), times(a, solve(t, hx, gx)), 1e-9, "Newton")
	near(t, solve(t, f, g), times(a, solve(t, &fx, gx)), 1e-9, "natural")
	assert.Greater(t, math.Abs(cosine(times(a, gx), g)-1), 0.1, "the gradient in x is another direction")
}

// Claim, loose: natural gradient descent does not depend on the parameterisation.
//
// Its direction does not, and neither does the path of infinitely small steps. A step of
// finite length in coordinates that are no affine functions of each other, θ = sinh φ
// here, ends elsewhere: by the square of the rate for one step, and by the rate for as
// many steps as make the same time.
func TestFiniteStepsDependOnCoordinates(t *testing.T) {
	m, obj := small(t)
	theta := values(m)
	size := len(theta)
	x := normal(1, 30, 2)
	function := func(theta []float64) []float64 {
		set(m, theta)
		return predictions(t, m, x)
	}
	plainly := func(theta []float64, rate float64) []float64 {
		set(m, theta)
		g := append([]float64{}, gradient(t, obj)...)
		return moved(theta, rate, solve(t, fisher(t, obj), g))
	}
	curved := func(theta []float64, rate float64) []float64 { // F_φ = DFD and ∇_φ = D∇, D = dθ/dφ
		set(m, theta)
		g, f := append([]float64{}, gradient(t, obj)...), fisher(t, obj)
		phi, next := make([]float64, size), make([]float64, size)
		d := make([]float64, size)
		for i, v := range theta {
			phi[i], d[i] = math.Asinh(v), math.Sqrt(1+v*v)
		}
		for i := range size {
			g[i] *= d[i]
			for j := range i + 1 {
				f.SetSym(i, j, f.At(i, j)*d[i]*d[j])
			}
		}
		for i, v := range moved(phi, rate, solve(t, f, g)) {
			next[i] = math.Sinh(v)
		}
		return next
	}
	var rates, one, many []float64
	for _, steps := range []int{32, 64, 128} {
		rate := 0.2 / float64(steps)
		p, q := theta, theta
		one = append(one, gap(function(plainly(p, rate)), function(curved(q, rate))))
		for range steps {
			p, q = plainly(p, rate), curved(q, rate)
		}
		far := gap(function(theta), function(p))
		many = append(many, gap(function(p), function(q)))
		assert.Less(t, many[len(many)-1], 0.1*far)
		rates = append(rates, rate)
	}
	t.Logf("one step: rate^%.3f; the same time: rate^%.3f; apart by %.2g", order(rates, one), order(rates, many), many)
	assert.InDelta(t, 2, order(rates, one), 0.1)
	assert.InDelta(t, 1, order(rates, many), 0.1)
}

// Claim, wrong: K-FAC is invariant to all reparameterisations.
//
// A linear layer W can be written as two, W = W₁W₂. Natural gradient descent changes the
// product as it changed W, to first order. Each of the two K-FAC blocks, exact as they
// are here, makes the whole change by itself, since it does not know of the other one:
// K-FAC moves the product twice as far.
func TestKFACOfAFactorisedLayerGoesTwiceAsFar(t *testing.T) {
	const n = 3
	x, y := normal(1, 20, n), normal(2, 20, n)
	two := newModel(t, layers.Sequential{&layers.Dense{Units: n, NoBias: true}, &layers.Dense{Units: n, NoBias: true}}, losses.SquaredError{}, n)
	set(two, normal(3, 2*n*n).Float64s())
	first, second := mat.NewDense(n, n, values(two)[:n*n]), mat.NewDense(n, n, values(two)[n*n:])
	require.Less(t, mat.Cond(first, 2)*mat.Cond(second, 2), 1e3)
	var product mat.Dense
	product.Mul(first, second)
	one := newModel(t, &layers.Dense{Units: n, NoBias: true}, losses.SquaredError{}, n)
	set(one, product.RawMatrix().Data)
	near(t, predictions(t, one, x), predictions(t, two, x), 1e-12)

	single, double := newBatch(t, one, x, y), newBatch(t, two, x, y)
	want := preconditioned(t, single, kfac.BlockDiagonal, 0)
	near(t, solve(t, fisher(t, single), gradient(t, single)), want, 1e-9, "one layer: K-FAC is natural gradient descent")
	change := func(u []float64) []float64 { // of W₁W₂, to first order
		var p, q mat.Dense
		p.Mul(mat.NewDense(n, n, u[:n*n]), second)
		q.Mul(first, mat.NewDense(n, n, u[n*n:]))
		p.Add(&p, &q)
		return p.RawMatrix().Data
	}
	g := gradient(t, double)
	u, rank := pseudoSolve(t, fisher(t, double), g)
	assert.Equal(t, n*n, rank, "half of the parameters are redundant")
	near(t, want, change(u), 1e-9, "natural")
	blocks := change(preconditioned(t, double, kfac.BlockDiagonal, 0))
	floats.Scale(0.5, blocks)
	near(t, want, blocks, 1e-9, "K-FAC")
	_, err := double.Grad()
	require.NoError(t, err)
	floats.Scale(1/floats.Norm(want, 2), want)
	direct := change(g)
	t.Logf("gradient descent's change of the product: cosine %.3f with the natural one", cosine(direct, want))
	assert.Less(t, cosine(direct, want), 0.95)
}
