package variational

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// drawn is a model with data of its own kind: inputs that depend on each other, weights of about
// 1, and targets drawn from the likelihood.
func drawn(t testing.TB, likelihood Likelihood, n, d int, prior float64, seed uint64) *Model {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 5))
	x, y, w := mat.NewDense(n, d, nil), make([]float64, n), make([]float64, d)
	for j := range w {
		w[j] = rng.NormFloat64()
	}
	for i := range n {
		common := rng.NormFloat64()
		for j := range d {
			x.Set(i, j, 0.7*common+rng.NormFloat64())
		}
		z := dot(x.RawRowView(i), w)
		switch l := likelihood.(type) {
		case Noise:
			y[i] = z + rng.NormFloat64()/math.Sqrt(l.Precision)
		case Logistic:
			if rng.Float64() < 1/(1+math.Exp(-z)) {
				y[i] = 1
			}
		case StudentT:
			y[i] = z + l.Scale*rng.NormFloat64()
			if i%5 == 0 {
				y[i] += 10 * l.Scale * rng.NormFloat64()
			}
		}
	}
	m, err := NewModel(Config{X: x, Y: y, Likelihood: likelihood, Prior: prior})
	require.NoError(t, err)
	return m
}

// somewhere is a posterior of the model's size, with a random mean and covariance.
func somewhere(t testing.TB, m *Model, structure Structure, seed uint64) *Posterior {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 6))
	q, err := m.PriorPosterior(structure)
	require.NoError(t, err)
	curvature := make([]float64, q.precision.size())
	v := make([]float64, m.Dim())
	for range 2 * m.Dim() {
		for j := range v {
			v[j] = rng.NormFloat64()
		}
		q.precision.add(curvature, v, -1)
	}
	require.True(t, q.precision.blend(1, 0.5, curvature))
	for i := range q.mean {
		q.mean[i] = rng.NormFloat64()
	}
	return q
}

func parameters(q *Posterior) []float64 {
	theta := make([]float64, q.Dim()+q.precision.size())
	q.Natural(theta)
	return theta
}

func fit(t testing.TB, m *Model, cfg FitConfig) *Result {
	t.Helper()
	r, err := m.Fit(context.Background(), cfg)
	require.NoError(t, err)
	return r
}

// both runs a test of either structure.
func both(t *testing.T, test func(t *testing.T, s Structure)) {
	for _, s := range []Structure{Full, MeanField} {
		t.Run(s.String(), func(t *testing.T) { test(t, s) })
	}
}

func difference(a, b []float64) mat.Vector {
	var v mat.VecDense
	v.SubVec(mat.NewVecDense(len(a), a), mat.NewVecDense(len(b), b))
	return &v
}
