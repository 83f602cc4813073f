package main

import (
	"math"

	"github.com/gokfac/gokfac/internal/figures"
	"github.com/gokfac/gokfac/natural"
)

// straight is a line of steps from a distribution.
type straight struct {
	name       string
	f          natural.Family
	theta, way []float64
}

func straights() []straight {
	return []straight{
		{"Bernoulli, log-odds", natural.BernoulliLogOdds{}, []float64{1}, []float64{1}},
		{"Poisson, log-rate", natural.PoissonLogRate{}, []float64{0.5}, []float64{1}},
		{"Gaussian, μ and σ", natural.GaussianSigma{}, []float64{0, 1}, []float64{0.6, 0.8}},
		{"gamma, shape and rate", natural.GammaShapeRate{}, []float64{2.5, 1.5}, []float64{0.6, 0.8}},
	}
}

// at is KL(θ, θ+d) and ½dᵀFd for a d of a length.
func (s straight) at(length float64) (kl, half float64) {
	d := stepped(make([]float64, len(s.way)), -length, s.way)
	return s.f.KL(s.theta, stepped(s.theta, -1, d)), halfSquare(fisherMatrix(s.f, s.theta), d)
}

// showKL halves the length of steps.
func showKL(p *page) error {
	for i, s := range straights()[1:3] {
		p.say("%s, at θ = %s:", s.name, text(s.theta))
		var rows []row
		for _, length := range []float64{1, 0.1, 0.01, 0.001} {
			kl, half := s.at(length)
			rows = append(rows, row{text(length), []any{kl, half, kl - half, (kl - half) / math.Pow(length, 3)}})
		}
		p.table([]string{"‖d‖", "KL(θ, θ+d)", "½dᵀFd", "difference", "difference / ‖d‖³"}, rows...)
		if i == 0 {
			p.say("The last column has a limit, e^θ/6: the error is of third order. In natural parameters it is")
			p.say("a sixth of the third cumulant of T(x).")
			p.say("")
		}
	}
	p.say("KL the other way round has another error, of third order as well: KL is no metric, F is one.")
	chart := &figures.Chart{
		Title: "KL(θ, θ+d) − ½dᵀFd is of third order (grey: slope 3)",
		X:     figures.Axis{Label: "length of the step d", Log: true}, Y: figures.Axis{Label: "|KL − ½dᵀFd|, nats", Log: true},
	}
	for _, s := range straights() {
		var list []figures.Point
		for k := range 13 {
			length := math.Pow(10, -3+float64(k)/4)
			kl, half := s.at(length)
			list = append(list, figures.Point{X: length, Y: math.Abs(kl - half)})
		}
		chart.Series = append(chart.Series, figures.Series{Label: s.name, Points: list})
	}
	for k := range 5 {
		y := math.Pow(10, float64(k-3))
		chart.Contours = append(chart.Contours, []figures.Point{{X: 1e-3, Y: 1e-9 * y}, {X: 1, Y: y}})
	}
	return p.picture("natural-kl.svg", chart)
}
