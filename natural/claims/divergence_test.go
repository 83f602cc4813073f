package claims_test

import (
	"math"
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

// softmaxNetwork has 27 parameters and three classes.
func softmaxNetwork(t *testing.T) (m *trainer.Model, x, y *tensor.Dense) {
	m = newModel(t, layers.Sequential{&layers.Dense{Units: 4}, layers.Tanh(), &layers.Dense{Units: 3}}, losses.SoftmaxCrossEntropy{}, 2)
	set(m, normal(3, 27).Float64s())
	return m, normal(1, 12, 2), labels(2, 12, 3)
}

// Claim: products uᵀFv need no matrix. Forward mode's products are those with the Fisher
// matrix that is the mean, over examples and over all classes, of outer products of
// scores, which reverse mode computes one class at a time.
func TestProductsAgainstEnumeration(t *testing.T) {
	m, x, y := softmaxNetwork(t)
	size := len(values(m))
	f := mat.NewSymDense(size, nil)
	p := predictions(t, m, x)
	for i := range 12 {
		for c := range 3 {
			score := gradient(t, newBatch(t, m, row(x, i), of([]float64{float64(c)}, 1)))
			f.SymRankOne(f, p[3*i+c]/12, mat.NewVecDense(size, score))
		}
	}
	obj := newBatch(t, m, x, y)
	_, err := obj.Grad()
	require.NoError(t, err)
	u, v := graph.NewDirection(m.Params()), graph.NewDirection(m.Params())
	place(u, normal(4, size).Float64s())
	place(v, normal(5, size).Float64s())
	got, err := obj.Products(0, u, v)
	require.NoError(t, err)
	for i, pair := range [][2][]float64{{flat(u), flat(u)}, {flat(u), flat(v)}, {flat(v), flat(v)}} {
		want := quadratic(pair[0], f, pair[1])
		assert.InEpsilon(t, want, got.At([]int{0, 0, 1}[i], []int{0, 1, 1}[i]), 1e-10)
	}
}

// klTo is KL(p_θ ‖ p_θ+d), the mean over examples, in nats.
func klTo(t *testing.T, m *trainer.Model, x *tensor.Dense, theta, d []float64) float64 {
	t.Helper()
	set(m, theta)
	p := predictions(t, m, x)
	set(m, moved(theta, -1, d))
	q := predictions(t, m, x)
	set(m, theta)
	sum := 0.0
	for i, v := range p {
		r := q[i]/v - 1
		sum += v * (r - math.Log1p(r)) // Σp = Σq: v·log(v/q), without what cancels
	}
	return sum / float64(x.Shape()[0])
}

// Claim: KL(θ, θ+d) = ½dᵀFd up to an error of third order, of a network as of a closed
// form.
//
// The error of third order changes its sign with d. The mean of d and −d has an error of
// fourth order. KL is not symmetric, and neither is this a metric, beyond the second.
func TestKLIsHalfTheFisherNorm(t *testing.T) {
	m, x, y := softmaxNetwork(t)
	theta := values(m)
	f := fisher(t, newBatch(t, m, x, y))
	direction := normal(6, len(theta)).Float64s()
	floats.Scale(1/floats.Norm(direction, 2), direction)
	var scales, third, fourth []float64
	for k := range 6 {
		s := 0.2 / math.Pow(2, float64(k))
		d := append([]float64{}, direction...)
		floats.Scale(s, d)
		half := quadratic(d, f, d) / 2
		ahead := klTo(t, m, x, theta, d)
		floats.Scale(-1, d)
		back := klTo(t, m, x, theta, d)
		scales = append(scales, s)
		third = append(third, math.Abs(ahead-half))
		fourth = append(fourth, math.Abs((ahead+back)/2-half))
	}
	t.Logf("‖d‖: %.3g; |KL − ½dᵀFd|: %.2g, as ‖d‖^%.3f; of the mean of d and −d %.2g, as ‖d‖^%.3f", scales, third, order(scales, third), fourth, order(scales, fourth))
	assert.InDelta(t, 3, order(scales, third), 0.1)
	assert.InDelta(t, 4, order(scales, fourth), 0.1)
}

// Claim: the natural step is the steepest for its KL divergence. Of all steps with the
// same KL, to second order, none lowers the loss more, to first order: not the gradient's,
// nor any of a thousand random ones.
func TestNaturalStepIsTheSteepestInKL(t *testing.T) {
	m, obj := deep(t)
	f, g := fisher(t, obj), append([]float64{}, gradient(t, obj)...)
	fall := func(u []float64) float64 { return floats.Dot(g, u) / math.Sqrt(quadratic(u, f, u)) }
	natural := fall(solve(t, f, g))
	assert.InEpsilon(t, math.Sqrt(floats.Dot(g, solve(t, f, g))), natural, 1e-9)
	assert.Less(t, fall(g), 0.9*natural)
	size := len(values(m))
	random := normal(8, 1000, size).Float64s()
	best := 0.0
	for i := range 1000 {
		best = max(best, math.Abs(fall(random[i*size:(i+1)*size])))
	}
	t.Logf("fall per √(dᵀFd): natural %.4f, gradient %.4f, best of 1000 random directions %.4f", natural, fall(g), best)
	assert.Less(t, best, natural)
}
