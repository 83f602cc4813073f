package main

import (
	"fmt"
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// optimizer takes steps on an objective: the library's, and Newton's method here.
type optimizer interface {
	Step(obj graph.Objective) (float64, error)
}

// point is a place in the picture.
type point [2]float64

// contestant is an optimizer on a problem, in the coordinates that it sees.
type contestant struct {
	name string
	// start makes the problem anew, at its start.
	start func() (*problem, error)
	// make is the optimizer with a rate.
	make func(rate float64) (optimizer, error)
	// rate is 0 where the best is to be found. Methods with a curvature have one whole
	// step, the rate 1, and no search.
	rate float64
}

// problem is an objective of two parameters.
type problem struct {
	objective graph.Objective
	at        func() point // where the parameters are in the picture
	excess    func() float64
	hessian   func() [2][2]float64 // of the loss, in the parameters
}

// trajectory is where a contestant has been, with the rate that brought it fastest.
type trajectory struct {
	name    string
	rate    float64
	points  []point
	arrived bool // the loss is within goal of the least
}

const (
	goal = 1e-3 // of what the loss at the start is above the least
	most = 1000 // steps
)

// rates are the candidates for optimizers that need one: from 4 down by steps of 2^⅙.
func rates() []float64 {
	var list []float64
	for k := range 73 {
		list = append(list, 4*math.Pow(2, -float64(k)/6))
	}
	return list
}

// fastest runs a contestant. Without a rate of its own it has each of the candidates, and
// the run that comes to the goal in the fewest steps counts, of equals the greatest rate.
func fastest(c contestant) (trajectory, error) {
	candidates := rates()
	if c.rate > 0 {
		candidates = []float64{c.rate}
	}
	var best trajectory
	for _, rate := range candidates {
		steps := most
		if best.arrived {
			steps = len(best.points) - 1
		}
		t, err := run(c, rate, steps)
		if err != nil {
			return best, fmt.Errorf("%s with rate %g: %w", c.name, rate, err)
		}
		if best.points == nil || t.arrived && (!best.arrived || len(t.points) < len(best.points)) {
			best = t
		}
	}
	return best, nil
}

// run takes steps until the goal is reached, the parameters leave the problem's domain or
// the number of steps is taken. A run that is at the goal by chance, and not after as
// many steps again, has not arrived.
func run(c contestant, rate float64, steps int) (trajectory, error) {
	t := trajectory{name: c.name, rate: rate}
	p, err := c.start()
	if err != nil {
		return t, err
	}
	o, err := c.make(rate)
	if err != nil {
		return t, err
	}
	first := p.excess()
	for t.points = append(t.points, p.at()); ; t.points = append(t.points, p.at()) {
		excess := p.excess()
		if t.arrived = excess <= goal*first; t.arrived || len(t.points) > steps || !(excess < 1e6*first) {
			break
		}
		if _, err := o.Step(p.objective); err != nil {
			return t, err
		}
	}
	for range t.points {
		if !t.arrived {
			break
		}
		if _, err := o.Step(p.objective); err != nil {
			return t, err
		}
		t.arrived = p.excess() <= goal*first
	}
	return t, nil
}

// newton is Newton's method, without a safeguard.
type newton struct {
	p    *problem
	rate float64
}

// Step goes −rate·H⁻¹∇h.
func (n *newton) Step(obj graph.Objective) (float64, error) {
	loss, err := obj.Grad()
	if err != nil {
		return loss, err
	}
	var g []float64
	var values []*float64
	for _, p := range obj.Params() {
		for i, v := range p.Grad.Float64s() {
			g, values = append(g, v), append(values, &p.Value.Float64s()[i])
		}
	}
	h := n.p.hessian()
	det := h[0][0]*h[1][1] - h[0][1]*h[1][0]
	*values[0] -= n.rate * (h[1][1]*g[0] - h[0][1]*g[1]) / det
	*values[1] -= n.rate * (h[0][0]*g[1] - h[1][0]*g[0]) / det
	return loss, nil
}

// The optimizers of both pictures, but for Newton's method, which has to know the problem.
func plainGradient(rate float64) (optimizer, error) {
	return trainer.NewSGD(trainer.SGDConfig{LearningRate: rate})
}

func adam(rate float64) (optimizer, error) {
	return trainer.NewAdam(trainer.AdamConfig{LearningRate: rate})
}

// naturalSteps is package kfac in a structure, without damping, momentum or memory.
func naturalSteps(structure kfac.Structure) func(rate float64) (optimizer, error) {
	return func(rate float64) (optimizer, error) {
		return kfac.New(kfac.Config{
			Mode: kfac.Fixed, Structure: structure, Estimator: graph.Exact, LearningRate: rate, Momentum: kfac.None,
			Damping: 1e-30, MinDamping: 1e-30, DampingUpdateSteps: kfac.None,
			FactorUpdateSteps: 1, InverseUpdateSteps: 1, FactorDecay: kfac.None,
		})
	}
}
