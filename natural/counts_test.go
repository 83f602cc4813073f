package natural_test

import (
	"math"

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
