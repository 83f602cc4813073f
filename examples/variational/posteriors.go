package main

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/internal/figures"
	"github.com/gokfac/gokfac/natural/variational"
)

// pair is a small task of two weights. Its inputs depend on each other, and its posterior is skewed.
func pair() (x, y []float64) {
	x = []float64{1.2, 0.7, 0.6, 1.3, 1.9, 1.1, -0.3, 0.4, 1.5, 2.2, -1.1, -0.4, -0.8, -1.7, 0.2, -0.5, -1.9, -1.2, 0.9, 0.3}
	return x, []float64{1, 1, 1, 0, 1, 0, 0, 0, 0, 1}
}

const pairPrior = 0.1

// pairJoint is log p(y, w) of the task as a function of the weights, a constant apart.
func pairJoint() func(a, b float64) float64 {
	x, y := pair()
	return func(a, b float64) float64 {
		sum := -pairPrior * (a*a + b*b) / 2
		for i, y := range y {
			sum -= math.Log1p(math.Exp((1 - 2*y) * (x[2*i]*a + x[2*i+1]*b)))
		}
		return sum
	}
}

// posteriors are the ellipses that hold 90% of the full, the mean-field and Laplace's posterior, over
// the lines of equal density that hold 50% and 90% of the exact one.
func posteriors(ctx context.Context) (*figures.Chart, error) {
	x, y := pair()
	m, err := variational.NewModel(variational.Config{
		X: mat.NewDense(len(y), 2, x), Y: y, Likelihood: variational.Logistic{}, Prior: pairPrior,
	})
	if err != nil {
		return nil, err
	}
	laplace, _, err := m.Laplace()
	if err != nil {
		return nil, err
	}
	c := &figures.Chart{
		Title: "Posteriors of two weights, 90% of each. Grey: exact, 50% and 90%",
		X:     figures.Axis{Label: "weight 1"}, Y: figures.Axis{Label: "weight 2"},
	}
	for i, structure := range structures() {
		best, err := optimum(ctx, m, structure)
		if err != nil {
			return nil, err
		}
		c.Series = append(c.Series, ellipse(best.Posterior, "variational, "+structure.String(), i+1))
	}
	c.Series = append(c.Series, ellipse(laplace, "Laplace", 4))
	c.Contours = exact(laplace.Mean(), 0.5, 0.9)
	outer := c.Contours[1]
	for i, a := range []*figures.Axis{&c.X, &c.Y} { // they hold the exact ones, too
		all := slices.Clone(outer)
		for _, series := range c.Series {
			all = append(all, series.Points...)
		}
		a.Min, a.Max = math.Inf(1), math.Inf(-1)
		for _, p := range all {
			v := []float64{p.X, p.Y}[i]
			a.Min, a.Max = math.Min(a.Min, v-0.3), math.Max(a.Max, v+0.3)
		}
	}
	return c, nil
}

// ellipse is m + √(−2 log(1 − 0.9))·L(cos, sin), LLᵀ = Σ: it holds 90% of a Gaussian of two weights.
func ellipse(q *variational.Posterior, name string, style int) figures.Series {
	var s mat.SymDense
	q.Covariance(&s)
	a := math.Sqrt(s.At(0, 0))
	b := s.At(1, 0) / a
	d := math.Sqrt(s.At(1, 1) - b*b)
	r := math.Sqrt(-2 * math.Log(1-0.9))
	var points []figures.Point
	for k := range 181 {
		sin, cos := math.Sincos(float64(k) * math.Pi / 90)
		points = append(points, figures.Point{X: q.Mean()[0] + r*a*cos, Y: q.Mean()[1] + r*(b*cos+d*sin)})
	}
	return figures.Series{Label: name, Points: points, Style: style}
}

// exact is the lines of equal density that hold so much of the posterior, by sums over a grid. The
// density falls along every ray from the mode, as it is log-concave.
func exact(mode []float64, masses ...float64) [][]figures.Point {
	const half, side = 12, 401
	joint := pairJoint()
	at := func(k int, centre float64) float64 { return centre - half + 2*half*float64(k)/(side-1) }
	var densities []float64
	total := 0.0
	top := joint(mode[0], mode[1])
	for i := range side {
		for j := range side {
			p := math.Exp(joint(at(i, mode[0]), at(j, mode[1])) - top)
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
				if joint(mode[0]+r*cos, mode[1]+r*sin) > level {
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
