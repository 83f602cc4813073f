package main

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/gokfac/gokfac/natural/variational"
	"github.com/gokfac/gokfac/trainer"
)

// contestant is a method that needs a rate.
type contestant struct {
	name  string
	make  func(rate float64) (variational.Method, error)
	rates []float64
}

// goals are distances from the greatest ELBO, in nats.
func goals() [2]float64 { return [2]float64{1e-3, 1e-6} }

// below are n rates from the first down, each the next times ratio.
func below(first, ratio float64, n int) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = first * math.Pow(ratio, -float64(i))
	}
	return list
}

// contestants are all methods. Each has the best of its rates: natural gradients of 21 up to the
// whole step, the plain one of 15, from rates at which it diverges, Adam of 11 up to 1. A step of any costs a pass over
// the data; those in (m, L) also have to invert L, which an own implementation would not.
func contestants() []contestant {
	whole, wide, small := below(1, math.Pow(2, 0.25), 21), below(16, 2, 15), below(1, 2, 11)
	rate := func(r float64) variational.Rate { return variational.Rate{Initial: r} }
	return []contestant{
		{"natural gradient", func(r float64) (variational.Method, error) { return &variational.NaturalGradient{Rate: rate(r)}, nil }, whole},
		{"online Newton", func(r float64) (variational.Method, error) { return &variational.Online{Rate: rate(r)}, nil }, whole},
		{"online Newton, old precision", func(r float64) (variational.Method, error) {
			return &variational.Online{Rate: rate(r), OldPrecision: true}, nil
		}, whole},
		{"improved rule", func(r float64) (variational.Method, error) { return &variational.Improved{Rate: rate(r)}, nil }, whole},
		{"plain gradient", func(r float64) (variational.Method, error) {
			o, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: r})
			return variational.NewGradient(o), err
		}, wide},
		{"Adam", func(r float64) (variational.Method, error) {
			o, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: r})
			return variational.NewGradient(o), err
		}, small},
	}
}

// outcome is how a contestant did: steps and rate for each goal, and the curve of the run to the
// last one, or that came closest.
type outcome struct {
	steps   [2]int // −1: never
	rates   [2]float64
	records []variational.Record
}

// enough rates that are slower, in a row, end the search: smaller ones are slower yet.
const enough = 3

// race gives a contestant its rates, from the greatest. For each goal, the rate with the fewest steps
// counts.
func race(ctx context.Context, m *variational.Model, c contestant, structure variational.Structure, best float64, most int) (outcome, error) {
	o := outcome{steps: [2]int{-1, -1}}
	slower := 0 // rates in a row
	for _, rate := range c.rates {
		if slower == enough && o.steps[1] >= 0 {
			break
		}
		slower = min(slower+1, enough)
		method, err := c.make(rate)
		if err != nil {
			return o, err
		}
		target, steps := best-goals()[1], most
		if o.steps[1] > 0 {
			steps = o.steps[1]
		}
		r, err := m.Fit(ctx, variational.FitConfig{Method: method, Structure: structure, Steps: steps, Target: &target, Observe: hopeful()})
		var failed *variational.StepError
		if err != nil && !errors.As(err, &failed) && !errors.Is(err, errHopeless) {
			return o, err
		}
		if o.steps[1] < 0 && !math.IsNaN(r.ELBO()) && (o.records == nil || r.ELBO() > last(o.records)) {
			o.records = r.Records
		}
		for i, goal := range goals() {
			k := arrival(r.Records, best-goal)
			if k >= 0 && (o.steps[i] < 0 || k < o.steps[i]) {
				o.steps[i], o.rates[i], slower = k, rate, 0
				if i == 1 {
					o.records = r.Records
				}
			}
		}
	}
	return o, nil
}

var errHopeless = errors.New("the ELBO is less than that of the prior after 100 steps")

// hopeful ends a fit that diverges, and does not find out by itself.
func hopeful() func(variational.Record) error {
	prior := 0.0
	return func(r variational.Record) error {
		if r.Step == 0 {
			prior = r.ELBO
		}
		if r.Step >= 100 && r.ELBO < prior {
			return errHopeless
		}
		return nil
	}
}

func last(records []variational.Record) float64 { return records[len(records)-1].ELBO }

// arrival is the first step from which on the ELBO is at least so much; −1 if there is none.
func arrival(records []variational.Record, elbo float64) int {
	k := len(records)
	for k > 0 && records[k-1].ELBO >= elbo {
		k--
	}
	if k == len(records) {
		return -1
	}
	return records[k].Step
}

// optimum is the posterior of the greatest ELBO, by 300 steps at a time. Where these bring nothing,
// as whole steps of a mean field may not, the rate is halved.
func optimum(ctx context.Context, m *variational.Model, structure variational.Structure) (*variational.Result, error) {
	best, err := m.PriorPosterior(structure)
	if err != nil {
		return nil, err
	}
	for rate := 0.5; rate > 1e-3; {
		r, err := m.Fit(ctx, variational.FitConfig{
			Method:    &variational.NaturalGradient{Rate: variational.Rate{Initial: rate}},
			Structure: structure, Start: best, Steps: 300, Tolerance: 1e-11,
		})
		var failed *variational.StepError
		switch {
		case err != nil && !errors.As(err, &failed):
			return nil, err
		case err == nil && r.Converged:
			return r, nil
		case err == nil && r.ELBO() > r.Records[0].ELBO:
			best = r.Posterior
		default:
			rate /= 2
		}
	}
	return nil, fmt.Errorf("no step of the natural gradient finds the greatest ELBO of the %s posterior: choose a greater -prior", structure)
}
