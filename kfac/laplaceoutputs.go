package kfac

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// OutputCovariance returns for each example of a mini-batch the covariance J Σ Jᵀ (C×C) of
// the network's C outputs, in the network that is linearised at θ* (Immer et al. 2021,
// arXiv 2008.08400). Their means are the outputs at θ*. Targets have no part in it.
//
// obj must have a squared error as its loss, whose Exact curvature passes have the rows of J:
// for a network that was trained with another loss, a second model of the same layers, with
// the parameters' values copied, and those of Buffers: BatchNorm's running statistics, which
// trainer.Model.EvaluationBatch predicts with. In training an example's covariance depends on
// which others are in its mini-batch. (With another loss the result is the covariance of BᵀZ for
// outputs Z, where BBᵀ is the Hessian of the loss at the outputs.) The parameters of obj must
// be at θ*, or it is an error. Memory is N·T·C numbers for each output of a layer, and products with
// eigenvectors: some hundred examples are a good size.
func (l *Laplace) OutputCovariance(obj graph.CurvatureObjective) ([]*mat.SymDense, error) {
	if obj == nil {
		return nil, errors.New("kfac: the covariance of outputs of no mini-batch")
	}
	j := &jacobian{Laplace: l, examples: obj.Examples()}
	if err := j.match(obj); err != nil {
		return nil, err
	}
	if _, err := obj.Curvature(graph.Exact, j.visit); err != nil {
		return nil, err
	}
	return j.covariances()
}

// jacobian collects the derivatives of the outputs of a mini-batch: a and g at the taps, and
// the gradients of single examples for loose parameters.
type jacobian struct {
	*Laplace
	examples int
	taps     []tapRecord
	outputs  int           // passes with taps
	loose    [][][]float64 // by pass, in the order outputs × examples, and by parameter; those of 1/N of the sum
}

// tapRecord is a tap with copies of what it held, in float64.
type tapRecord struct {
	tap    graph.Tap
	wanted bool
	a      *tensor.Dense
	g      []*tensor.Dense // by output
}

// match compares the objective's layers with those of the posterior.
func (j *jacobian) match(obj graph.CurvatureObjective) error {
	params, taps, free := obj.Params(), obj.Taps(), obj.Loose()
	if len(params) != len(j.params) {
		return fmt.Errorf("kfac: the objective has %d parameters and the posterior is of %d: build its model of the same layers, with the same groups", len(params), len(j.params))
	}
	for i, p := range params {
		if own := j.params[i]; p.Value.Dtype() != own.Value.Dtype() || !p.Value.Shape().Eq(own.Value.Shape()) {
			return fmt.Errorf("kfac: parameter %s of the objective is not like %s of the posterior: build its model of the same layers, in the same type", p.Name, own.Name)
		}
		if !equal(p.Value, j.mean[i]) {
			return fmt.Errorf("kfac: parameter %s of the objective is not at the posterior's mean: Restore it, copy the values of Mean, or fit again after more training", p.Name)
		}
	}
	layers, _, err := placed(taps, params, free, nil)
	if err != nil {
		return err
	}
	there := map[layer]bool{}
	for _, l := range layers {
		there[l.place()] = true
	}
	j.taps = make([]tapRecord, len(taps))
	for _, s := range j.blocks {
		for _, l := range s.layers {
			if !there[l.place()] {
				return fmt.Errorf("kfac: layer %s of the posterior is not in the objective: build its model of the same layers", l.name)
			}
			j.taps[l.tap].wanted = true
		}
		if len(s.layers) == 0 && s.loose >= len(free) {
			return fmt.Errorf("kfac: parameter %s of the posterior is not loose in the objective: build its model of the same layers", s.name)
		}
	}
	return nil
}

// equal reports whether two tensors of one type and size have the same elements.
func equal(a, b *tensor.Dense) bool {
	if a.Dtype() == graph.Float32 {
		return slices.Equal(a.Float32s(), b.Float32s())
	}
	return slices.Equal(a.Float64s(), b.Float64s())
}

// place is what a layer has in common with the same one of another model.
func (l *layer) place() layer {
	return layer{kind: l.kind, tap: l.tap, weight: l.weight, bias: l.bias, in: l.in, rows: l.rows, out: l.out, group: l.group, groups: l.groups}
}

// visit copies what a pass has.
func (j *jacobian) visit(c *graph.CurvaturePass) error {
	if c.Part > 0 || c.Examples != j.examples {
		return errors.New("kfac: the covariance of outputs is for a mini-batch that is computed as a whole: give it smaller ones")
	}
	if c.Loose != nil {
		one := make([][]float64, len(c.Loose))
		for _, s := range j.blocks {
			if len(s.layers) == 0 {
				one[s.loose] = doubles(c.Loose[s.loose])
			}
		}
		j.loose = append(j.loose, one)
	}
	if c.Taps == nil {
		return nil
	}
	j.outputs++
	for i := range j.taps {
		r := &j.taps[i]
		if !r.wanted {
			continue
		}
		t := c.Taps[i]
		if r.g == nil {
			r.tap = graph.Tap{Name: t.Name, Kind: t.Kind, Weight: t.Weight, Bias: t.Bias, Groups: t.Groups}
			if t.A != nil {
				r.a = double(t.A)
			}
		}
		r.g = append(r.g, double(t.G))
	}
	return nil
}

// double is a copy in float64.
func double(t *tensor.Dense) *tensor.Dense {
	return tensor.New(tensor.WithShape(t.Shape()...), tensor.WithBacking(doubles(t)))
}

func doubles(t *tensor.Dense) []float64 {
	if t.Dtype() == graph.Float32 {
		return widened(t.Float32s())
	}
	return widened(t.Float64s())
}
