package natural_test

import (
	"math"
	"slices"

	"github.com/gokfac/gokfac/natural"
)

// row is a family with parameters to test it at. family_test.go, domain_test.go, exponential_test.go and convert_test.go run every test on every row.
type row struct {
	family natural.Family
	// points are parameters that nodes can resolve, the first two close enough for a KL divergence.
	points [][]float64
	// extreme are points of the family where sums and integrals are out of reach: nothing may be NaN.
	extreme [][]float64
	// outside are no points of the family.
	outside [][]float64
	// badMeans are no means of the family: for an exponential family alone.
	badMeans [][]float64
	// nodes has outcomes and weights with Σ weight·f(outcome) = Σ or ∫ of f over all outcomes, for
	// any f that is p(x|θ) times a moderate function.
	nodes func(theta []float64) (xs [][]float64, weights []float64)
	// redundant are families whose Fisher matrix is singular at every θ.
	redundant bool
}

// rows are all families. A file of families adds its rows here.
func rows() []row {
	return slices.Concat(bernoulliRows(), poissonRows(), categoricalRows(), gammaRows(), exponentialRows(), negativeBinomialRows(), dirichletRows(),
		gaussianRows(), multivariateRows(), meanFieldRows())
}

// expectationOf is the row of a natural family's expectation parameters.
func expectationOf(r row) row {
	f := r.family.(natural.ExponentialFamily)
	means := func(thetas [][]float64) (mus [][]float64) {
		for _, theta := range thetas {
			mu := make([]float64, len(theta))
			f.Mean(mu, theta)
			mus = append(mus, mu)
		}
		return mus
	}
	return row{
		family: natural.Expectation(f), points: means(r.points), outside: r.badMeans,
		nodes: func(mu []float64) ([][]float64, []float64) {
			theta := make([]float64, len(mu))
			if err := f.FromMean(theta, mu); err != nil {
				panic(err)
			}
			return r.nodes(theta)
		},
	}
}

// count has the outcomes 0…n−1.
func count(n int) func([]float64) ([][]float64, []float64) {
	return func([]float64) (xs [][]float64, weights []float64) {
		for i := range n {
			xs, weights = append(xs, []float64{float64(i)}), append(weights, 1)
		}
		return xs, weights
	}
}

// line is the trapezoidal rule for ∫ f(x(t))·x′(t) dt. Its error is exponentially small in
// 1/step where f and x are analytic and the integrand vanishes at both ends.
func line(from, to, step float64, x, slope func(t float64) float64) (xs [][]float64, weights []float64) {
	for t := from; t <= to; t += step {
		xs, weights = append(xs, []float64{x(t)}), append(weights, step*slope(t))
	}
	return xs, weights
}

func bernoulliRows() []row {
	bad := [][]float64{{0}, {1}, {-0.1}, {1.5}, {math.NaN()}, {math.Inf(1)}}
	odds := row{
		family:   natural.BernoulliLogOdds{},
		points:   [][]float64{{0}, {0.4}, {-2.5}, {3}},
		extreme:  [][]float64{{700}, {-700}, {40}, {-1e4}, {1e300}},
		outside:  [][]float64{{math.NaN()}, {math.Inf(1)}, {math.Inf(-1)}},
		badMeans: bad,
		nodes:    count(2),
	}
	return []row{odds, expectationOf(odds), {
		family:  natural.BernoulliProbability{},
		points:  [][]float64{{0.5}, {0.6}, {0.05}, {0.93}},
		extreme: [][]float64{{1e-300}, {1 - 0x1p-53}, {0x1p-1074}},
		outside: bad,
		nodes:   count(2),
	}}
}

func poissonRows() []row {
	bad := [][]float64{{0}, {-1}, {math.NaN()}, {math.Inf(1)}}
	logs := row{
		family:   natural.PoissonLogRate{},
		points:   [][]float64{{0}, {0.5}, {-2}, {3}},
		extreme:  [][]float64{{690}, {-690}, {-1e4}, {1e-300}},
		outside:  [][]float64{{math.NaN()}, {math.Inf(1)}},
		badMeans: bad,
		nodes:    count(150),
	}
	return []row{logs, expectationOf(logs), {
		family:  natural.PoissonRate{},
		points:  [][]float64{{1}, {1.5}, {0.1}, {20}},
		extreme: [][]float64{{1e-300}, {1e300}},
		outside: bad,
		nodes:   count(150),
	}}
}
