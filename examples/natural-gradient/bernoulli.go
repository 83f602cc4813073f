package main

import (
	"math"

	"github.com/gokfac/gokfac/internal/figures"
	"github.com/gokfac/gokfac/natural"
)

// showBernoulli takes one step of rate 1 from even odds towards y = 1.
func showBernoulli(p *page) error {
	p.say("One outcome y = 1, from p = ½, with the rate 1. The loss is −log p(y|θ).")
	y := []float64{1}
	line := func(f natural.Family, label string, theta []float64, probability func(float64) float64) row {
		g := lossGradient(f, y, theta)
		u := naturalGradient(f, g, theta)
		plain, curved := theta[0]-g[0], theta[0]-u[0]
		return row{label, []any{theta[0], g[0], fisherMatrix(f, theta).At(0, 0), -u[0], probability(curved), -g[0], probability(plain)}}
	}
	same := func(v float64) float64 { return v }
	p.table([]string{"parameter", "at", "gradient", "Fisher", "natural step", "p then", "plain step", "p then"},
		line(natural.BernoulliLogOdds{}, "log-odds", []float64{0}, sigmoid),
		line(natural.BernoulliProbability{}, "probability", []float64{0.5}, same),
	)
	p.say("F is 0.25 of log-odds: the loss is flat in them, and the natural step is four times the plain one.")
	p.say("Of probabilities F is 4. The natural step ends at the outcome's frequency, p = 1, which is the")
	p.say("edge of the family; Retract ends at 0.875. The plain step of rate 1 ends at p = 2.5, nowhere.")
	return nil
}

// walk has the probabilities of p(1) after each of some steps on −log p(1), from p = ½.
func walk(f natural.Family, rate float64, steps int, plain bool) []float64 {
	theta, probability := []float64{0}, sigmoid
	if _, ok := f.(natural.BernoulliProbability); ok {
		theta, probability = []float64{0.5}, func(v float64) float64 { return v }
	}
	all := []float64{probability(theta[0])}
	for range steps {
		u := lossGradient(f, []float64{1}, theta)
		if !plain {
			u = naturalGradient(f, u, theta)
		}
		theta[0] -= rate * u[0]
		all = append(all, probability(theta[0]))
	}
	return all
}

// showCurve walks for a time of 1, rate times steps.
func showCurve(p *page) error {
	p.say("The same loss, for a time of 1: rate × steps. p(1) at the end; the curve is p(t) = 1 − ½exp(−t).")
	odds, probability := natural.BernoulliLogOdds{}, natural.BernoulliProbability{}
	var rows []row
	for _, n := range []int{1, 2, 10, 100, 1000, 10000} {
		r := row{text(1 / float64(n)), nil}
		for _, f := range []natural.Family{odds, probability} {
			all := walk(f, 1/float64(n), n, false)
			r.cells = append(r.cells, all[n])
		}
		for _, f := range []natural.Family{odds, probability} {
			all := walk(f, 0.25/float64(n), n, true)
			r.cells = append(r.cells, all[n])
		}
		rows = append(rows, r)
	}
	p.table([]string{"rate", "natural, log-odds", "natural, probability", "plain, log-odds", "plain, probability"}, rows...)
	p.say("Natural: both columns go to %s, one from each parameterisation. Whole steps differ: it is the", text(1-math.Exp(-1)/2))
	p.say("path, not the step, that is the same in all parameterisations. Plain steps, of a quarter of the")
	p.say("rate, go to two limits, however small they are.")
	return p.picture("natural-curve.svg", curveChart())
}

// curveChart has p(1) over time.
func curveChart() *figures.Chart {
	odds, probability := natural.BernoulliLogOdds{}, natural.BernoulliProbability{}
	over := func(rate float64, all []float64) (list []figures.Point) {
		for i, v := range all {
			if v <= 1 {
				list = append(list, figures.Point{X: rate * float64(i), Y: v})
			}
		}
		return list
	}
	const tiny = 0.005
	return &figures.Chart{
		Title: "One curve of coins: natural steps in two parameterisations",
		X:     figures.Axis{Label: "time: rate × steps", Min: 0, Max: 3}, Y: figures.Axis{Label: "p(1)", Min: 0.45, Max: 1.02},
		Series: []figures.Series{
			{Label: "natural, tiny steps, either", Points: over(tiny, walk(odds, tiny, 600, false)), Style: 1},
			{Label: "natural, log-odds, rate ½", Points: over(0.5, walk(odds, 0.5, 6, false)), Markers: true, Style: 6},
			{Label: "natural, probability, rate ½", Points: over(0.5, walk(probability, 0.5, 6, false)), Markers: true, Style: 4},
			{Label: "plain, log-odds", Points: over(tiny, walk(odds, tiny, 600, true)), Style: 2},
			{Label: "plain, probability", Points: over(0.001, walk(probability, 0.001, 400, true)), Style: 3},
		},
	}
}
