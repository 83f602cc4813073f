package job

import (
	"slices"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

func autoencoderRow() Model {
	return Model{
		Entry: Entry{"autoencoder", "in-1000-500-250-30 and back, tanh; Bernoulli loss of pixels, else squared error"},
		Task:  datasets.Reconstruct, Hidden: []int{1000, 500, 250, 30}, Activation: "tanh", Init: scaled, Lacks: []string{"dropout", "filters"},
		Net: func(s *Spec, d *datasets.Dataset) layers.Layer { return autoencoder(s, d.Features()) },
		Loss: func(d *datasets.Dataset) losses.Loss {
			if d.Pixels {
				return losses.SigmoidCrossEntropy{}
			}
			return losses.SquaredError{}
		},
		Maps:         autoencoderMaps,
		Sizes:        func(s *Spec, d *datasets.Dataset) string { return sizesOf(d.Features(), autoencoderMaps(s, d)) },
		Standardizes: func(d *datasets.Dataset, _ bool) bool { return !d.Pixels },
		Metrics:      func() []trainer.Metric { return []trainer.Metric{trainer.ReconstructionError()} },
		Scores:       []string{SubsetLoss, "reconstruction_error", "test_loss", "test_reconstruction_error"},
		Main:         "reconstruction_error", OnTraining: true, Pictures: true,
		Batch: 1000, Epochs: 5,
		Defaults: map[string]Defaults{
			"adaptive": {Steps: 100, Parts: 2, Schedule: "constant", LearningRate: 1, KFAC: kfac.Config{ProductFraction: 0.25, Polyak: 0.9}},
			"fixed": {Steps: 300, Parts: 2, Noise: 512, Schedule: "linear", LearningRate: 1, Momentum: 0.9,
				KFAC: kfac.Config{Damping: 1, MinDamping: 0.01, KLClip: 0.2}},
			"adam": {Steps: 300, Parts: 4, Schedule: "constant", LearningRate: 9e-4},
			"sgd":  {Steps: 300, Parts: 4, Noise: 16, Schedule: "cosine", LearningRate: 0.004, Momentum: 0.9},
		},
		Spaces: map[string]string{
			"sgd":   "lr=1e-3..0.1:momentum=0.9/0.95/0.99:schedule=constant/linear/cosine",
			"fixed": "lr=0.3..1.5:momentum=0.9:kfac-damping=0.1..2:kfac-kl-clip=0.05..1:schedule=constant/linear",
		},
	}
}

// autoencoder has a linear code layer and gives logits of pixels, or the means of
// other values.
func autoencoder(s *Spec, features int) layers.Sequential {
	init := s.initializer()
	encoder, code := s.Hidden[:len(s.Hidden)-1], s.Hidden[len(s.Hidden)-1]
	net := layers.Sequential{&layers.Flatten{}}
	for _, units := range encoder {
		net = append(net, &layers.Dense{Units: units, Init: init}, s.activation())
	}
	net = append(net, &layers.Dense{Units: code, Init: init})
	for _, units := range slices.Backward(encoder) {
		net = append(net, &layers.Dense{Units: units, Init: init}, s.activation())
	}
	return append(net, &layers.Dense{Units: features, Init: init})
}

func autoencoderMaps(s *Spec, d *datasets.Dataset) []Map {
	w := append([]int{d.Features()}, s.Hidden...)
	for _, units := range slices.Backward(s.Hidden[:len(s.Hidden)-1]) {
		w = append(w, units)
	}
	return chain(append(w, d.Features())...)
}
