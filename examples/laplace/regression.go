package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/figures"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// regression draws a network's curve through points with a gap, and how certain it is of it.
// Training and evidence take turns, as in MacKay 1992: the evidence chooses the prior's
// precision τ and the noise σ², and training goes on with the penalty η = τσ²/N of that prior.
func regression(dir string, w io.Writer) error {
	const n, noise, rounds = 60, 0.1, 6
	x, y := waves(n, noise)
	var model *trainer.Model
	var l *kfac.Laplace
	penalty := 1e-4
	for range rounds {
		next, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 10}, layers.Tanh(), &layers.Dense{Units: 1}}, losses.SquaredError{},
			trainer.ModelConfig{Input: []int{1}, DType: graph.Float64, Seed: 1, L2: penalty})
		if err != nil {
			return err
		}
		if model != nil {
			graph.Values(next.Params()).Copy(graph.Values(model.Params()))
		}
		model = next
		if l, err = fitted(model, x, y); err != nil {
			return err
		}
		penalty = l.Config().PriorPrecision * l.Config().NoiseVariance / n
	}
	variance := l.Config().NoiseVariance
	fmt.Fprintf(w, "regression: noise %.3f by the evidence (%.1f drew the targets), prior precision %.3g, %.1f of %d weights determined\n",
		math.Sqrt(variance), noise, l.Config().PriorPrecision, l.EffectiveParameters(), l.Parameters())

	const grid = 121
	at := graph.NewDense(graph.Float64, grid, 1)
	for i := range grid {
		at.Float64s()[i] = -5 + 10*float64(i)/(grid-1)
	}
	mean, err := model.Predict(at)
	if err != nil {
		return err
	}
	means := append([]float64{}, mean.Float64s()...)
	obj, err := model.EvaluationBatch(at, graph.NewDense(graph.Float64, grid, 1))
	if err != nil {
		return err
	}
	covariances, err := l.OutputCovariance(obj)
	if err != nil {
		return err
	}
	var curve []figures.Point
	for i, c := range covariances {
		two := 2 * math.Sqrt(c.At(0, 0)+variance)
		curve = append(curve, figures.Point{X: at.Float64s()[i], Y: means[i], Low: means[i] - two, High: means[i] + two})
	}
	series := []figures.Series{{Label: "prediction, and two standard deviations", Points: curve}}
	for i, v := range x.Float64s() { // a series each, since the points of a series are joined
		series = append(series, figures.Series{Points: []figures.Point{{X: v, Y: y.Float64s()[i]}}, Markers: true, Style: 2})
	}
	series[1].Label = "data"
	return save(dir, map[string]*figures.Chart{"laplace-regression": {
		Title: "A network's curve with the Laplace posterior of its weights",
		X:     figures.Axis{Label: "x", Min: -5, Max: 5}, Y: figures.Axis{Label: "y", Min: -3, Max: 3}, Series: series,
	}})
}

// waves are noisy points of a sine, from −3 to −1 and from 1 to 3.
func waves(n int, noise float64) (x, y *tensor.Dense) {
	rng := rand.New(rand.NewPCG(3, 3))
	x, y = graph.NewDense(graph.Float64, n, 1), graph.NewDense(graph.Float64, n, 1)
	for i := range n {
		v := 1 + 2*rng.Float64()
		if i%2 == 1 {
			v = -v
		}
		x.Float64s()[i], y.Float64s()[i] = v, math.Sin(1.5*v)+noise*rng.NormFloat64()
	}
	return x, y
}

// fitted trains the model and fits a posterior of all its weights together, with the noise
// and the prior of greatest evidence.
func fitted(model *trainer.Model, x, y *tensor.Dense) (*kfac.Laplace, error) {
	optimizer, err := kfac.New(kfac.Config{})
	if err != nil {
		return nil, err
	}
	obj, err := model.Batch(x, y)
	if err != nil {
		return nil, err
	}
	for range 200 {
		if _, err := optimizer.Step(obj); err != nil {
			return nil, err
		}
	}
	l, err := kfac.FitLaplace(kfac.LaplaceConfig{Structure: kfac.Full}, func(yield func(graph.CurvatureObjective, error) bool) { yield(obj, nil) })
	if err != nil {
		return nil, err
	}
	mean, err := model.Predict(x)
	if err != nil {
		return nil, err
	}
	squares := 0.0
	for i, z := range mean.Float64s() {
		squares += (z - y.Float64s()[i]) * (z - y.Float64s()[i])
	}
	for range 50 { // σ² and τ depend on each other
		if err := l.SetNoiseVariance(squares / (float64(l.Examples()) - l.EffectiveParameters())); err != nil {
			return nil, err
		}
		if _, err := l.MaximizeEvidence(); err != nil {
			return nil, err
		}
	}
	return l, nil
}
