package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// newModel builds the network for d with its loss.
func newModel(s *settings, d *datasets.Dataset) (*trainer.Model, error) {
	dtype := graph.Float32
	if s.dtype == "float64" {
		dtype = graph.Float64
	}
	cfg := trainer.ModelConfig{Input: d.Shape, DType: dtype, Seed: s.seed, L2: s.l2}
	if s.model == "autoencoder" {
		var loss losses.Loss = losses.SquaredError{}
		if d.Pixels {
			loss = losses.SigmoidCrossEntropy{}
		}
		return trainer.NewModel(autoencoder(s, d.Features()), loss, cfg)
	}
	if s.model == "regression" {
		return trainer.NewModel(mlp(s, d.Outputs()), losses.SquaredError{}, cfg)
	}
	return trainer.NewModel(mlp(s, d.Classes), losses.SoftmaxCrossEntropy{}, cfg)
}

func mlp(s *settings, outputs int) layers.Sequential {
	init := initialiser(s)
	net := layers.Sequential{&layers.Flatten{}}
	for _, units := range s.hidden {
		net = append(net, &layers.Dense{Units: units, Init: init}, activation(s.act))
		if s.dropout > 0 {
			net = append(net, &layers.Dropout{Rate: s.dropout})
		}
	}
	return append(net, &layers.Dense{Units: outputs, Init: init})
}

// autoencoder has a linear code layer and gives logits of pixels, or the means of other values.
func autoencoder(s *settings, features int) layers.Sequential {
	init := initialiser(s)
	encoder, code := s.hidden[:len(s.hidden)-1], s.hidden[len(s.hidden)-1]
	net := layers.Sequential{&layers.Flatten{}}
	for _, units := range encoder {
		net = append(net, &layers.Dense{Units: units, Init: init}, activation(s.act))
	}
	net = append(net, &layers.Dense{Units: code, Init: init})
	for _, units := range slices.Backward(encoder) {
		net = append(net, &layers.Dense{Units: units, Init: init}, activation(s.act))
	}
	return append(net, &layers.Dense{Units: features, Init: init})
}

// widths are the sizes of the layers from input to output.
func widths(s *settings, d *datasets.Dataset) []int {
	w := append([]int{d.Features()}, s.hidden...)
	switch s.model {
	case "mlp":
		return append(w, d.Classes)
	case "regression":
		return append(w, d.Outputs())
	}
	for _, units := range slices.Backward(s.hidden[:len(s.hidden)-1]) {
		w = append(w, units)
	}
	return append(w, d.Features())
}

func activation(name string) layers.Layer {
	switch name {
	case "tanh":
		return layers.Tanh()
	case "sigmoid":
		return layers.Sigmoid()
	}
	return layers.ReLU()
}

func initialiser(s *settings) layers.Initializer {
	switch s.init {
	case "glorot":
		return layers.GlorotUniform
	case "lecun":
		return layers.LeCunNormal
	case "torch":
		return layers.TorchUniform
	case "sparse":
		return layers.Sparse(15)
	case "orthogonal":
		if s.act == "relu" {
			return layers.Orthogonal(math.Sqrt2)
		}
		return layers.Orthogonal(1)
	}
	return layers.HeNormal
}

func newOptimizer(s *settings) (trainer.Optimizer, error) {
	switch s.opt {
	case "adam":
		return trainer.NewAdam(trainer.AdamConfig{LearningRate: s.lr, WeightDecay: s.weightDecay})
	case "sgd":
		return trainer.NewSGD(trainer.SGDConfig{LearningRate: s.lr, Momentum: s.momentum, WeightDecay: s.weightDecay})
	case "kfac":
		return kfac.New(s.kfac)
	}
	return nil, fmt.Errorf("no optimizer %q", s.opt)
}

// newSchedule is the schedule of a run of so many steps.
func newSchedule(s *settings, total int) trainer.Schedule {
	var next trainer.Schedule
	switch s.schedule {
	case "linear":
		next = trainer.Linear()
	case "cosine":
		next = trainer.Cosine()
	case "exponential":
		next = trainer.Exponential(0.01)
	case "step":
		next = trainer.StepDecay((max(total-s.warmup, 1)+2)/3, 0.1)
	default:
		next = trainer.Constant()
	}
	if s.warmup > 0 {
		return trainer.WarmUp(s.warmup, next)
	}
	return next
}
