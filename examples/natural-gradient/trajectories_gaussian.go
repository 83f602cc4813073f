package main

import (
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
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

// gaussian is the loss in (μ, σ) as an objective for the library: a layer of one input,
// always 1, and two outputs, which are μ and σ. Its tap gives package kfac the columns of
// a factor B of the Fisher matrix, BBᵀ = F. A is 1 and G is F.
type gaussian struct {
	param *graph.Param
	tap   *graph.Tap
	g     *tensor.Dense // 1×2, at the tap
}

var _ graph.CurvatureObjective = (*gaussian)(nil)

func newGaussian() (*problem, error) {
	o := &gaussian{param: graph.NewParam("μ, σ", graph.Float64, 1, 2), g: graph.NewDense(graph.Float64, 1, 2)}
	one := tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float64{1}))
	var err error
	if o.tap, err = graph.NewTap("gaussian", o.param, nil, 1, one, o.g); err != nil {
		return nil, err
	}
	copy(o.param.Value.Float64s(), gaussianStart[:])
	return &problem{objective: o, at: o.at, excess: func() float64 { return gaussianExcess(o.at()) }, hessian: o.hessian}, nil
}

// newGaussianNetwork is the same in (μ, log σ), as a network: a layer of one input, always
// 1, whose outputs are those of losses.DiagonalGaussian. Two targets have the data's
// moments.
func newGaussianNetwork() (*problem, error) {
	model, err := trainer.NewModel(&layers.Dense{Units: 2, NoBias: true}, losses.DiagonalGaussian{}, trainer.ModelConfig{Input: []int{1}, DType: graph.Float64})
	if err != nil {
		return nil, err
	}
	x := tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{1, 1}))
	y := tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{-dataSigma, dataSigma}))
	obj, err := model.Batch(x, y)
	if err != nil {
		return nil, err
	}
	v := model.Params()[0].Value.Float64s()
	v[0], v[1] = gaussianStart[0], math.Log(gaussianStart[1])
	at := func() point { return point{v[0], math.Exp(v[1])} }
	return &problem{objective: obj, at: at, excess: func() float64 { return gaussianExcess(at()) }}, nil
}

// gaussianExcess is how much the loss is above the least.
func gaussianExcess(p point) float64 { return gaussianLoss(p) - gaussianLoss(point{0, dataSigma}) }

// at is (μ, σ).
func (o *gaussian) at() point { return point(o.param.Value.Float64s()) }

func (o *gaussian) Params() []*graph.Param { return []*graph.Param{o.param} }
func (o *gaussian) Loose() []*graph.Param  { return nil }
func (o *gaussian) Taps() []*graph.Tap     { return []*graph.Tap{o.tap} }
func (o *gaussian) Examples() int          { return 1 }
func (o *gaussian) L2() float64            { return 0 }
func (o *gaussian) Loss() (float64, error) { return gaussianLoss(o.at()), nil }

// Grad fills the gradient.
func (o *gaussian) Grad() (float64, error) {
	p := o.at()
	mu, sigma := p[0], p[1]
	g := point{mu / (sigma * sigma), 1/sigma - (dataSigma*dataSigma+mu*mu)/(sigma*sigma*sigma)}
	copy(o.param.Grad.Float64s(), g[:])
	return gaussianLoss(p), nil
}

// Curvature makes a pass for each column of B. F is diag(1/σ², 2/σ²).
func (o *gaussian) Curvature(_ graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	sigma := o.at()[1]
	for _, column := range [2]point{{1 / sigma, 0}, {0, math.Sqrt2 / sigma}} {
		copy(o.g.Float64s(), column[:])
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
		start: func() (q *problem, err error) { p, err = newGaussian(); return p, err },
		make:  func(rate float64) (optimizer, error) { return &newton{p, rate}, nil },
	}
}

// gaussianContestants are the curves of the second picture, in (μ, σ) but for K-FAC. As
// the steps become small, natural gradient descent has one path in all coordinates. K-FAC is
// natural gradient descent in the network's own coordinates: A is 1 and G is F.
func gaussianContestants() []contestant {
	return []contestant{
		{name: "natural in (μ, σ)", start: newGaussian, make: naturalSteps(kfac.Full), rate: 1},
		{name: "plain gradient", start: newGaussian, make: plainGradient},
		{name: "Adam", start: newGaussian, make: adam},
		{name: "K-FAC in (μ, log σ)", start: newGaussianNetwork, make: naturalSteps(kfac.BlockDiagonal), rate: 1},
		newtonOf(),
		{name: "natural, in tiny steps", start: newGaussian, make: naturalSteps(kfac.Full), rate: 0.02},
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
