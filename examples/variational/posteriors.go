package main

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/internal/figures"
	"github.com/gokfac/gokfac/natural/variational"
)

// A small task of two weights, whose posterior is skewed.
var (
	pairX = []float64{1.2, 0.7, 0.4, 1.3, 2, 1.1, -0.3, 0.6, 1.5, 2.2, -1.1, -0.4, -0.8, -1.7, 0.2, -0.9, -1.9, -1.2, 0.9, 0.1}
	pairY = []float64{1, 1, 1, 0, 1, 0, 0, 0, 0, 1}
)

const pairPrior = 0.1

// pairJoint is log p(y, w) of the task, a constant apart.
func pairJoint(a, b float64) float64 {
	sum := -pairPrior * (a*a + b*b) / 2
	for i, y := range pairY {
		sum -= math.Log1p(math.Exp((1 - 2*y) * (pairX[2*i]*a + pairX[2*i+1]*b)))
	}
	return sum
}

// posteriors are the lines of equal density that hold 50% and 90% of a Gaussian, of the full, the
// mean-field and Laplace's posterior, over lines of equal density of the exact one.
func posteriors(ctx context.Context) (*figures.Chart, error) {
	m, err := variational.NewModel(variational.Config{
		X: mat.NewDense(len(pairY), 2, pairX), Y: pairY, Likelihood: variational.Logistic{}, Prior: pairPrior,
	})
	if err != nil {
		return nil, err
	}
	laplace, _, err := m.Laplace()
	if err != nil {
		return nil, err
	}
	c := &figures.Chart{
		Title: "Posteriors of two weights: half of the mass, and 90%. Grey: exact",
		X:     figures.Axis{Label: "weight 1"}, Y: figures.Axis{Label: "weight 2"},
	}
	for i, structure := range structures {
		best, err := optimum(ctx, m, structure)
		if err != nil {
			return nil, err
		}
		c.Series = append(c.Series, ellipses(best.Posterior, "variational, "+structure.String(), i+1)...)
	}
	c.Series = append(c.Series, ellipses(laplace, "Laplace", 4)...)
	c.Contours = exact(laplace.Mean())
	return c, nil
}

var masses = []float64{0.5, 0.9}

// ellipses are m + √(−2 log(1 − mass))·L(cos, sin), LLᵀ = Σ: of two weights, so much of a Gaussian
// is within.
func ellipses(q *variational.Posterior, name string, style int) []figures.Series {
	var s mat.SymDense
	q.Covariance(&s)
	a := math.Sqrt(s.At(0, 0))
	b := s.At(1, 0) / a
	d := math.Sqrt(s.At(1, 1) - b*b)
	var all []figures.Series
	for _, mass := range masses {
		r := math.Sqrt(-2 * math.Log(1-mass))
		var points []figures.Point
		for k := range 181 {
			sin, cos := math.Sincos(float64(k) * math.Pi / 90)
			points = append(points, figures.Point{X: q.Mean()[0] + r*a*cos, Y: q.Mean()[1] + r*(b*cos+d*sin)})
		}
		all = append(all, figures.Series{Label: name, Points: points, Style: style})
		name = "" // one entry in the legend
	}
	return all
}

// exact is the lines of equal density that hold so much of the posterior, by sums over a grid. The
// density falls along every ray from the mode, as it is log-concave.
func exact(mode []float64) [][]figures.Point {
	const half, side = 12, 601
	at := func(k int, centre float64) float64 { return centre - half + 2*half*float64(k)/(side-1) }
	var densities []float64
	total := 0.0
	top := pairJoint(mode[0], mode[1])
	for i := range side {
		for j := range side {
			p := math.Exp(pairJoint(at(i, mode[0]), at(j, mode[1])) - top)
			densities, total = append(densities, p), total+p
		}
	}
	slices.Sort(densities)
	slices.Reverse(densities)
	var rings [][]figures.Point
	for _, mass := range masses {
		inside, k := 0.0, 0
		for inside < mass*total {
			inside += densities[k]
			k++
		}
		level := math.Log(densities[k-1]) + top
		var ring []figures.Point
		for k := range 181 {
			sin, cos := math.Sincos(float64(k) * math.Pi / 90)
			near, far := 0.0, float64(half)
			for range 60 {
				r := (near + far) / 2
				if pairJoint(mode[0]+r*cos, mode[1]+r*sin) > level {
					near = r
				} else {
					far = r
				}
			}
			ring = append(ring, figures.Point{X: mode[0] + near*cos, Y: mode[1] + near*sin})
		}
		rings = append(rings, ring)
	}
	return rings
}
