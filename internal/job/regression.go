package job

import (
	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// regressionRow has no metric: its loss says it all. Targets without noise are
// worth steps along the least curved directions, so that damping may become small.
func regressionRow() Model {
	return Model{
		Entry: Entry{"regression", "in-64-64-outputs, tanh, squared error: for data with values as targets"},
		Task:  datasets.Regress, Dataset: "ill-conditioned", Hidden: []int{64, 64}, Activation: "tanh", Init: scaled, Lacks: []string{"dropout", "filters"},
		Net:  func(s *Spec, d *datasets.Dataset) layers.Layer { return perceptron(s, d.Outputs()) },
		Loss: func(*datasets.Dataset) losses.Loss { return losses.SquaredError{} },
		Maps: func(s *Spec, d *datasets.Dataset) []Map { return perceptronMaps(s, d, d.Outputs()) },
		Sizes: func(s *Spec, d *datasets.Dataset) string {
			return sizesOf(d.Features(), perceptronMaps(s, d, d.Outputs()))
		},
		Standardizes: func(_ *datasets.Dataset, own bool) bool { return own }, // the built-in one is made to be hard as it is
		Scores:       []string{"test_loss"}, Main: "loss",
		Batch: 512, Epochs: 10,
		Defaults: map[string]Defaults{
			"adaptive": {Steps: 100, Parts: 2, Schedule: "constant", LearningRate: 1, KFAC: kfac.Config{MinDamping: 1e-4}},
			"fixed": {Steps: 300, Parts: 2, Noise: 128, Schedule: "linear", LearningRate: 1, Momentum: 0.9,
				KFAC: kfac.Config{Damping: 0.03, MinDamping: 1e-4, KLClip: 0.003}},
			"adam": {Steps: 300, Parts: 4, Schedule: "linear", LearningRate: 0.02},
			"sgd":  {Steps: 300, Parts: 4, Noise: 256, Schedule: "linear", LearningRate: 0.2, Momentum: 0.9},
		},
		Spaces: map[string]string{
			"fixed": "lr=0.3..1.5:momentum=0.9:kfac-damping=0.01..0.3:kfac-kl-clip=1e-3..0.1:schedule=linear/cosine",
		},
	}
}
