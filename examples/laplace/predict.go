package main

import (
	"context"
	"fmt"
	"io"
	"math"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
)

// result is what one way to predict says of the test images and of the others.
type result struct {
	name   string
	test   []float64   // probabilities, an image after the other
	others [][]float64 // the same of each list of images
	scores
}

// way is a way to predict: probabilities of images, an image after the other.
type way func(x []float32) ([]float64, error)

// Names of the ways that the pictures show.
const (
	pointEstimate = "point estimate"
	byEvidence    = "linearised, closed form"
	byHeldOut     = "linearised, prior by held-out images"
)

// compare predicts in every way.
func (e *experiment) compare(ctx context.Context, w io.Writer) ([]result, error) {
	var results []result
	add := func(name string, predict way) error {
		r, err := e.ask(name, predict)
		results = append(results, r)
		return err
	}
	if err := add(pointEstimate, e.point); err != nil {
		return nil, err
	}
	whole, err := e.posterior(ctx, w, "all layers", kfac.LaplaceConfig{}, false)
	if err != nil {
		return nil, err
	}
	linear, weights := e.linearised(whole, kfac.ProbitSoftmax), e.sampled(whole)
	rng := e.draw()
	outputs := e.linearised(whole, func(dst, mean []float64, cov *mat.SymDense) error {
		return kfac.SampledSoftmax(dst, mean, cov, 10*e.draws, rng)
	})
	if err := add(byEvidence, linear); err != nil {
		return nil, err
	}
	if err := add("linearised, draws of outputs", outputs); err != nil {
		return nil, err
	}
	if err := add("draws of weights", weights); err != nil {
		return nil, err
	}
	byLayer, err := e.posterior(ctx, w, "a prior for each layer", kfac.LaplaceConfig{}, true)
	if err != nil {
		return nil, err
	}
	if err := add("linearised, a prior for each layer", e.linearised(byLayer, kfac.ProbitSoftmax)); err != nil {
		return nil, err
	}
	last, err := e.posterior(ctx, w, "last layer", kfac.LaplaceConfig{LastLayer: true}, false)
	if err != nil {
		return nil, err
	}
	lastLinear := e.linearised(last, kfac.ProbitSoftmax)
	if err := add("linearised, last layer", lastLinear); err != nil {
		return nil, err
	}
	for _, held := range []struct {
		name    string
		l       *kfac.Laplace
		predict way
	}{
		{byHeldOut, whole, linear},
		{"draws of weights, prior by held-out", whole, weights},
		{"last layer, prior by held-out images", last, lastLinear},
	} {
		if err := e.holdOut(w, held.name, held.l, held.predict); err != nil {
			return nil, err
		}
		if err := add(held.name, held.predict); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// ask predicts for all images in one way.
func (e *experiment) ask(name string, predict way) (r result, err error) {
	r.name = name
	if r.test, err = predict(e.data.Test.X); err != nil {
		return r, err
	}
	for _, o := range e.others {
		p, err := predict(o.x)
		if err != nil {
			return r, err
		}
		r.others = append(r.others, p)
	}
	r.scores, err = e.score(r.test, r.others)
	return r, err
}

// holdOut sets the prior's precision to the one of a list under which the held-out images'
// labels are most probable. The list goes up from the precision of greatest evidence in
// factors of 4.
func (e *experiment) holdOut(w io.Writer, name string, l *kfac.Laplace, predict way) error {
	if _, err := l.MaximizeEvidence(); err != nil {
		return err
	}
	least, best, evidence := math.Inf(1), 0.0, l.Config().PriorPrecision
	for i := range 8 {
		tau := evidence * math.Pow(4, float64(i))
		if err := l.SetPriorPrecision(tau); err != nil {
			return err
		}
		p, err := predict(e.data.Validation.X)
		if err != nil {
			return err
		}
		if nll := surprise(p, e.data.Validation.Labels, e.data.Classes); nll < least {
			least, best = nll, tau
		}
	}
	fmt.Fprintf(w, "%s: precision %.3g, %.0f times that of the evidence\n", name, best, best/evidence)
	return l.SetPriorPrecision(best)
}

// batches calls visit with the images in mini-batches, and the number of the first.
func (e *experiment) batches(x []float32, visit func(x *tensor.Dense, first int) error) error {
	const most = 250
	size := e.data.Features()
	for first, n := 0, len(x)/size; first < n; first += most {
		count := min(most, n-first)
		shape := append([]int{count}, e.data.Shape...)
		batch := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x[first*size:][:count*size]))
		if err := visit(batch, first); err != nil {
			return err
		}
	}
	return nil
}

// point are the probabilities of the weights as they are.
func (e *experiment) point(x []float32) ([]float64, error) {
	var all []float64
	err := e.batches(x, func(x *tensor.Dense, _ int) error {
		p, err := e.model.Predict(x)
		if err == nil {
			for _, v := range p.Float32s() {
				all = append(all, float64(v))
			}
		}
		return err
	})
	return all, err
}

// sampled are the means of the probabilities over draws of all weights. The draws are the
// same for all images.
func (e *experiment) sampled(l *kfac.Laplace) way {
	return func(x []float32) ([]float64, error) {
		mean := make([]float64, len(x)/e.data.Features()*e.data.Classes)
		err := l.EachSample(e.draw(), e.draws, func(int) error {
			p, err := e.point(x)
			for i, v := range p {
				mean[i] += v / float64(e.draws)
			}
			return err
		})
		return mean, err
	}
}

// linearised are probabilities for outputs that have a normal distribution: their means are
// the outputs at the trained weights, their covariance is the posterior's in the network that
// is linearised there. softmax is the mean of the softmax under it.
func (e *experiment) linearised(l *kfac.Laplace, softmax func(dst, mean []float64, cov *mat.SymDense) error) way {
	return func(x []float32) ([]float64, error) {
		k := e.data.Classes
		all := make([]float64, len(x)/e.data.Features()*k)
		mean := make([]float64, k)
		err := e.batches(x, func(x *tensor.Dense, first int) error {
			n := x.Shape()[0]
			outputs, err := e.linear.Predict(x)
			if err != nil {
				return err
			}
			z := append([]float32{}, outputs.Float32s()...)
			obj, err := e.linear.EvaluationBatch(x, graph.NewDense(graph.Float32, n, k))
			if err != nil {
				return err
			}
			covariances, err := l.OutputCovariance(obj)
			if err != nil {
				return err
			}
			for i, c := range covariances {
				for j := range mean {
					mean[j] = float64(z[i*k+j])
				}
				if err := softmax(all[(first+i)*k:][:k], mean, c); err != nil {
					return err
				}
			}
			return nil
		})
		return all, err
	}
}

// entropies are −Σ p log p of the images, in nats.
func entropies(p []float64, classes int) []float64 {
	h := make([]float64, len(p)/classes)
	for i := range h {
		for _, v := range p[i*classes:][:classes] {
			if v > 0 {
				h[i] -= v * math.Log(v)
			}
		}
	}
	return h
}
