package main

import (
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
)

// Fitting a Gaussian N(μ, σ²) to data of mean 0 and standard deviation dataSigma: the
// loss is the mean of −log p, ½log 2π left out.
const dataSigma = 0.3

var gaussianStart = point{-2, 1.3}

func gaussianLoss(p point) float64 {
	mu, sigma := p[0], p[1]
	if !(sigma > 0) {
		return math.Inf(1)
	}
	return math.Log(sigma) + (dataSigma*dataSigma+mu*mu)/(2*sigma*sigma)
}

// gaussian is the loss as an objective for the library: a layer of one input, always 1,
// and two outputs, which are the coordinates. Its tap gives package kfac the columns of a
// factor B of the Fisher matrix, BBᵀ = F. A is 1 and G is F, so that K-FAC is natural
// gradient descent in these coordinates.
type gaussian struct {
	logarithmic bool // the second coordinate is log σ, and not σ
	param       *graph.Param
	tap         *graph.Tap
	a, g        *tensor.Dense
}

var _ graph.CurvatureObjective = (*gaussian)(nil)

func newGaussian(logarithmic bool) (*problem, error) {
	o := &gaussian{
		logarithmic: logarithmic, param: graph.NewParam("coordinates", graph.Float64, 1, 2),
		a: graph.NewDense(graph.Float64, 1, 1), g: graph.NewDense(graph.Float64, 1, 2),
	}
	o.a.Float64s()[0] = 1
	var err error
	if o.tap, err = graph.NewTap("gaussian", o.param, nil, 1, o.a, o.g); err != nil {
		return nil, err
	}
	copy(o.param.Value.Float64s(), gaussianStart[:])
	if logarithmic {
		o.param.Value.Float64s()[1] = math.Log(gaussianStart[1])
	}
	least := gaussianLoss(point{0, dataSigma})
	return &problem{objective: o, at: o.at, excess: func() float64 { return gaussianLoss(o.at()) - least }, hessian: o.hessian}, nil
}

// at is (μ, σ).
func (o *gaussian) at() point {
	v := o.param.Value.Float64s()
	if o.logarithmic {
		return point{v[0], math.Exp(v[1])}
	}
	return point{v[0], v[1]}
}

func (o *gaussian) Params() []*graph.Param { return []*graph.Param{o.param} }
func (o *gaussian) Loose() []*graph.Param  { return nil }
func (o *gaussian) Taps() []*graph.Tap     { return []*graph.Tap{o.tap} }
func (o *gaussian) Examples() int          { return 1 }
func (o *gaussian) L2() float64            { return 0 }
func (o *gaussian) Loss() (float64, error) { return gaussianLoss(o.at()), nil }

// gradient is that of the loss at (μ, σ), in (μ, σ).
func (o *gaussian) gradient() point {
	p := o.at()
	mu, sigma := p[0], p[1]
	return point{mu / (sigma * sigma), 1/sigma - (dataSigma*dataSigma+mu*mu)/(sigma*sigma*sigma)}
}

// Grad fills the gradient: d/d log σ is σ·d/dσ.
func (o *gaussian) Grad() (float64, error) {
	g := o.gradient()
	if o.logarithmic {
		g[1] *= o.at()[1]
	}
	copy(o.param.Grad.Float64s(), g[:])
	return gaussianLoss(o.at()), nil
}

// Curvature makes a pass for each column of B. F is diag(1/σ², 2/σ²), and diag(1/σ², 2)
// with log σ.
func (o *gaussian) Curvature(_ graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	sigma := o.at()[1]
	columns := [2]point{{1 / sigma, 0}, {0, math.Sqrt2 / sigma}}
	if o.logarithmic {
		columns[1][1] = math.Sqrt2
	}
	for _, c := range columns {
		copy(o.g.Float64s(), c[:])
		if err := visit(&graph.CurvaturePass{Examples: 1, Taps: o.Taps()}); err != nil {
			return 0, err
		}
	}
	return o.Grad()
}

// hessian is that of the loss in (μ, σ).
func (o *gaussian) hessian() [2][2]float64 {
	p := o.at()
	mu, sigma := p[0], p[1]
	mixed := -2 * mu / (sigma * sigma * sigma)
	return [2][2]float64{
		{1 / (sigma * sigma), mixed},
		{mixed, -1/(sigma*sigma) + 3*(dataSigma*dataSigma+mu*mu)/(sigma*sigma*sigma*sigma)},
	}
}

// newtonOf is Newton's method in (μ, σ). The start and the optimizer are made together,
// since it has to know the problem.
func newtonOf() contestant {
	var p *problem
	return contestant{
		name: "Newton", rate: 1,
		start: func() (q *problem, err error) { p, err = newGaussian(false); return p, err },
		make:  func(rate float64) (optimizer, error) { return &newton{p, rate}, nil },
	}
}

// gaussianContestants are the curves of the second picture, in (μ, σ) but for K-FAC. As
// the steps become small, natural gradient descent has one path in all coordinates.
func gaussianContestants() []contestant {
	plain := func() (*problem, error) { return newGaussian(false) }
	logs := func() (*problem, error) { return newGaussian(true) }
	return []contestant{
		{name: "natural in (μ, σ)", start: plain, make: natural(kfac.Full), rate: 1},
		{name: "plain gradient", start: plain, make: plainGradient},
		{name: "Adam", start: plain, make: adam},
		{name: "K-FAC in (μ, log σ)", start: logs, make: natural(kfac.BlockDiagonal), rate: 1},
		newtonOf(),
		{name: "natural, in tiny steps", start: plain, make: natural(kfac.Full), rate: 0.02},
	}
}

// gaussianContours are curves of equal loss. At a loss of c, (μ² + s²) = 2σ²(c − log σ).
func gaussianContours() [][]point {
	least := gaussianLoss(point{0, dataSigma})
	var all [][]point
	for _, excess := range []float64{0.02, 0.1, 0.3, 0.7, 1.2, 1.7, 2.1, 2.5, 3, 4, 6, 10, 20} {
		c := least + excess
		var right, left []point
		low, high := edge(c, 1e-3, dataSigma), edge(c, math.Exp(c)*2, dataSigma)
		const n = 400
		for k := range n + 1 {
			sigma := low * math.Pow(high/low, (1-math.Cos(math.Pi*float64(k)/n))/2)
			mu := math.Sqrt(max(0, 2*sigma*sigma*(c-math.Log(sigma))-dataSigma*dataSigma))
			right, left = append(right, point{mu, sigma}), append(left, point{-mu, sigma})
		}
		for k := range left {
			right = append(right, left[n-k])
		}
		all = append(all, right)
	}
	return all
}

// edge is the σ between outside and inside at which the loss at μ = 0 is c, by bisection.
func edge(c, outside, inside float64) float64 {
	for range 100 {
		if middle := math.Sqrt(outside * inside); gaussianLoss(point{0, middle}) > c {
			outside = middle
		} else {
			inside = middle
		}
	}
	return inside
}
