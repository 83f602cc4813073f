package main

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/gokfac/gokfac/natural"
)

// showMirror fits a Poisson rate, and a Gaussian's two parameters, both ways.
func showMirror(p *page) error {
	p.say("L(μ) = ½‖μ − μ*‖², no likelihood, the rate η. Natural: θ − ηF⁻¹∇_θ L in natural parameters.")
	p.say("Mirror: argmin over μ of μᵀ∇_μ L + KL(new ‖ old)/η, found by a minimiser.")
	if err := mirrorRows(p, natural.PoissonLogRate{}, "Poisson, μ = E[x]", []float64{1}, []float64{4}, 0.1); err != nil {
		return err
	}
	if err := mirrorRows(p, natural.GaussianNatural{}, "Gaussian, μ = (E[x], E[x²])", []float64{0, 1}, []float64{1, 3}, 0.1); err != nil {
		return err
	}
	p.say("Both take the same steps, of any size (Raskutti, Mukherjee 2015). The last columns are why:")
	p.say("∇_μ L = F⁻¹∇_θ L. In expectation parameters a natural gradient needs no inverse.")
	return nil
}

// mirrorRows has three steps from a mean towards another.
func mirrorRows(p *page, f natural.ExponentialFamily, name string, start, target []float64, rate float64) error {
	n := len(start)
	theta, mu := make([]float64, n), append([]float64{}, start...)
	if err := f.FromMean(theta, start); err != nil {
		return err
	}
	var rows []row
	for step := range 3 {
		old := make([]float64, n)
		f.Mean(old, theta)
		byMu := make([]float64, n)
		floats.SubTo(byMu, old, target)
		byTheta := make([]float64, n) // F·∇_μ L, by the chain rule
		natural.ToMean(f).Gradient(byTheta, byMu, theta)
		u := naturalGradient(f, byTheta, theta)
		theta = stepped(theta, rate, u)

		g := make([]float64, n)
		floats.SubTo(g, mu, target)
		next, err := mirrorStep(f, mu, g, rate)
		if err != nil {
			return err
		}
		mu = next
		mean := make([]float64, n)
		f.Mean(mean, theta)
		rows = append(rows, row{text(float64(step + 1)), []any{mean, mu, g, u}})
	}
	p.table([]string{name, "natural: μ", "mirror: μ", "∇_μ L", "F⁻¹∇_θ L"}, rows...)
	return nil
}

// mirrorStep minimises over all means, by gradient descent that halves its rate where the
// value rises. The gradient of KL(θ, θ_old) by μ is θ − θ_old.
func mirrorStep(f natural.ExponentialFamily, mu, gradient []float64, rate float64) ([]float64, error) {
	old := make([]float64, len(mu))
	if err := f.FromMean(old, mu); err != nil {
		return nil, err
	}
	at := func(m []float64) (value float64, slope []float64) {
		theta := make([]float64, len(m))
		if f.FromMean(theta, m) != nil {
			return math.Inf(1), nil // no distribution has this mean
		}
		slope = stepped(gradient, -1/rate, stepped(theta, 1, old))
		return floats.Dot(gradient, m) + f.KL(theta, old)/rate, slope
	}
	m, length := append([]float64{}, mu...), 1.0
	value, slope := at(m)
	for range 100000 {
		if floats.Norm(slope, 2) < 1e-10 {
			return m, nil
		}
		next := stepped(m, length, slope)
		if v, g := at(next); v <= value+1e-15*math.Abs(value) {
			m, value, slope = next, v, g
		} else {
			length /= 2
		}
	}
	return nil, errMirror
}

var errMirror = errors.New("the minimiser of a mirror step has not come to its end")
