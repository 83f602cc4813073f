package main

import (
	"context"
	"fmt"
	"io"

	"github.com/gokfac/gokfac/curvature"
	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// network is a trained model, with the examples that its curvature is measured on.
type network struct {
	name   string // data and model, for the picture
	model  *trainer.Model
	loader *datasets.Loader
}

func prepare(ctx context.Context, o options, out io.Writer) (*network, error) {
	data, why, err := datasets.Open(ctx, o.data, datasets.Options{Dir: o.dir})
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(out, "data:", why)
	n := &network{}
	if o.load != "" {
		n.model, err = load(o.load, data)
	} else {
		data.Standardize()
		n.model, err = train(ctx, o, data, out)
	}
	if err != nil {
		return nil, err
	}
	parameters := 0
	for _, p := range n.model.Params() {
		parameters += p.Size()
	}
	n.name = fmt.Sprintf("Curvature of a network of %d parameters, trained on %s", parameters, data.Name)
	part := data.Train.Part(0, min(o.examples, data.Train.Len()))
	n.loader, err = datasets.NewLoader(data, part, datasets.LoaderOptions{BatchSize: 512, KeepLast: true})
	return n, err
}

// load reads a model, and scales the data as its own were. Eigenvalues near 0 need float64.
func load(path string, data *datasets.Dataset) (*trainer.Model, error) {
	model, preparation, err := trainer.Load(path, trainer.LoadConfig{
		Change: func(c *trainer.ModelConfig) { c.DType = graph.Float64 },
	})
	if err != nil {
		return nil, err
	}
	if preparation.Classes != nil {
		if err := data.MatchClasses(preparation.Classes); err != nil {
			return nil, err
		}
	}
	return model, data.ScaleAs(preparation.Inputs, preparation.Targets)
}

func train(ctx context.Context, o options, data *datasets.Dataset, out io.Writer) (*trainer.Model, error) {
	if data.Classes < 2 {
		return nil, fmt.Errorf("-data %s: it has no classes, which the network here is for: choose other data, or a trained model by -load", o.data)
	}
	net := layers.Sequential{&layers.Flatten{}}
	for _, units := range o.hidden {
		net = append(net, &layers.Dense{Units: units, Init: layers.HeNormal}, layers.ReLU())
	}
	net = append(net, &layers.Dense{Units: data.Classes})
	model, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: data.Shape, Seed: o.seed, DType: graph.Float64})
	if err != nil {
		return nil, err
	}
	loader, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: min(512, data.Train.Len()), Shuffle: true, Seed: o.seed})
	if err != nil {
		return nil, err
	}
	test, err := datasets.NewLoader(data, data.Test, datasets.LoaderOptions{BatchSize: 500, KeepLast: true})
	if err != nil {
		return nil, err
	}
	optimizer, err := kfac.New(kfac.Config{Polyak: 0.9})
	if err != nil {
		return nil, err
	}
	fit := trainer.Trainer{Model: model, Optimizer: optimizer, MaxSteps: o.steps}
	if _, err := fit.Fit(ctx, loader); err != nil {
		return nil, err
	}
	scores, err := model.Evaluate(ctx, test, trainer.Accuracy())
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "trained for %d steps: test accuracy %.2f %%, test loss %.4f\n", o.steps, 100*scores["accuracy"], scores["loss"])
	return model, nil
}

// batches goes through the examples, without dropout: the curvature is that of the network that predicts.
func (n *network) batches() curvature.Batches {
	return func(yield func(graph.Objective, error) bool) {
		defer n.loader.Rewind()()
		for x, y, ok := n.loader.Next(); ok; x, y, ok = n.loader.Next() {
			obj, err := n.model.EvaluationBatch(x, y)
			if !yield(obj, err) || err != nil {
				return
			}
		}
	}
}
