package job

import (
	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
)

// mlpRow is the classifier. Half of SGD's rate in docs/benchmarks.md diverges on
// neither small batches nor tables.
func mlpRow() Model {
	return classifier(Model{
		Entry:  Entry{"mlp", "classifier: in-512-512-classes, ReLU, softmax cross-entropy, standardised inputs"},
		Hidden: []int{512, 512}, Activation: "relu", Lacks: []string{"filters"},
		Init: small,
		Net:  func(s *Spec, d *datasets.Dataset) layers.Layer { return perceptron(s, d.Classes) },
		Maps: func(s *Spec, d *datasets.Dataset) []Map { return perceptronMaps(s, d, d.Classes) },
		Sizes: func(s *Spec, d *datasets.Dataset) string {
			return sizesOf(d.Features(), perceptronMaps(s, d, d.Classes))
		},
		Batch: 512, Epochs: 5, MoreSpace: ":epochs=2/3/5",
		Defaults: map[string]Defaults{
			"fixed": {Steps: 300, Parts: 2, Noise: 128, Schedule: "cosine", LearningRate: 0.55, Momentum: 0.8, KFAC: kfac.Config{
				Damping: 0.95, Polyak: 0.95, FactorUpdateSteps: 10, InverseUpdateSteps: 20,
			}},
			"adaptive": {Steps: 100, Parts: 2, Schedule: "constant", LearningRate: 1.275, KFAC: kfac.Config{Polyak: 0.9}},
			"adam":     {Steps: 300, Parts: 4, Schedule: "cosine", LearningRate: 3e-3},
			"sgd":      {Steps: 300, Parts: 4, Noise: 16, Schedule: "cosine", LearningRate: 0.1, Momentum: 0.9},
		},
	})
}
