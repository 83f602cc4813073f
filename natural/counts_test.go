package natural_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/natural"
)

func exponentialRows() []row {
	nan, inf := math.NaN(), math.Inf(1)
	fill := row{
		family:   natural.ExponentialNatural{},
		points:   [][]float64{{-1}, {-1.4}, {-0.05}, {-30}},
		extreme:  [][]float64{{-1e-300}, {-1e300}},
		outside:  [][]float64{{0}, {1}, {nan}, {-inf}},
		badMeans: [][]float64{{0}, {-1}, {nan}, {inf}},
		nodes:    func(theta []float64) ([][]float64, []float64) { return halfLine(1, -theta[0]) },
	}
	return []row{fill, expectationOf(fill), {
		family:  natural.ExponentialRate{},
		points:  [][]float64{{1}, {1.4}, {0.05}, {30}},
		extreme: [][]float64{{1e-300}, {1e300}},
		outside: [][]float64{{0}, {-1}, {nan}, {inf}},
		nodes:   func(theta []float64) ([][]float64, []float64) { return halfLine(1, theta[0]) },
	}}
}

// negativeBinomialRows have the geometric distribution and that of 2.5 successes.
func negativeBinomialRows() (rows []row) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, r := range []float64{1, 2.5} {
		fill := row{
			family:   natural.NegativeBinomialNatural{Successes: r},
			points:   [][]float64{{-0.7}, {-0.5}, {-3}, {-0.1}},
			extreme:  [][]float64{{-1e-300}, {-1e-17}, {-700}, {-1e4}},
			outside:  [][]float64{{0}, {1}, {nan}, {-inf}},
			badMeans: [][]float64{{0}, {-1}, {nan}, {inf}},
			nodes:    count(1000),
		}
		rows = append(rows, fill, expectationOf(fill), row{
			family:  natural.NegativeBinomialProbability{Successes: r},
			points:  [][]float64{{0.5}, {0.6}, {0.1}, {0.95}},
			extreme: [][]float64{{1e-300}, {1 - 0x1p-53}},
			outside: [][]float64{{0}, {1}, {nan}, {-0.5}},
			nodes:   count(1000),
		})
	}
	return rows
}

func TestNegativeBinomialLogPartitionOfRareFailures(t *testing.T) {
	f := natural.NegativeBinomialNatural{Successes: 2}
	assert.InEpsilon(t, 2*math.Exp(-700), f.LogPartition([]float64{-700}), 1e-13)
	assert.InEpsilon(t, -2*math.Log(1e-9), f.LogPartition([]float64{-1e-9}), 1e-9)
}

// TestExtremeValues are right, not only numbers.
func TestExtremeValues(t *testing.T) {
	bernoulli := natural.BernoulliLogOdds{}
	assert.Equal(t, -1400., bernoulli.LogProb([]float64{0}, []float64{1400}))
	assert.InEpsilon(t, -math.Exp(-700), bernoulli.LogProb([]float64{1}, []float64{700}), 1e-15)
	assert.InEpsilon(t, 1400, bernoulli.KL([]float64{700}, []float64{-1400}), 1e-15)
	poisson := natural.PoissonRate{}
	assert.InEpsilon(t, 1e300, poisson.KL([]float64{1e-300}, []float64{1e300}), 1e-12)
	assert.InEpsilon(t, 1e300*(600*math.Ln10-1), poisson.KL([]float64{1e300}, []float64{1e-300}), 1e-12)
	gamma := natural.GammaShapeRate{}
	assert.InEpsilon(t, 600*math.Ln10-1, gamma.KL([]float64{1, 1e300}, []float64{1, 1e-300}), 1e-12)
	wait := natural.ExponentialRate{}
	assert.InEpsilon(t, 600*math.Ln10-1, wait.KL([]float64{1e300}, []float64{1e-300}), 1e-12)
}
