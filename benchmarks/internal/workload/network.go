package workload

import (
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// Network is a fully connected network on MNIST.
type Network struct {
	Name        string
	Widths      []int // of the layers from the 784 inputs to the outputs
	Autoencoder bool  // tanh, a linear code layer, sigmoid cross-entropy; else ReLU and softmax
}

// MLP is a classifier with these hidden layers.
func MLP(hidden ...int) Network {
	return Network{Name: "mlp", Widths: slices.Concat([]int{features}, hidden, []int{classes})}
}

// Autoencoder has these layers down to the code, and the same ones up again.
func Autoencoder(hidden ...int) Network {
	up := slices.Clone(hidden[:len(hidden)-1])
	slices.Reverse(up)
	return Network{Name: "autoencoder", Widths: slices.Concat([]int{features}, hidden, up, []int{features}), Autoencoder: true}
}

// Default is cmd/train's network of that name.
func Default(name string) Network {
	if name == "autoencoder" {
		return Autoencoder(1000, 500, 250, 30)
	}
	return MLP(512, 512)
}

// Model builds the network with its loss.
func (n Network) Model() (*trainer.Model, error) {
	cfg := trainer.ModelConfig{Input: Data().Shape, DType: graph.Float32, Seed: 1}
	net := layers.Sequential{&layers.Flatten{}}
	last := len(n.Widths) - 1
	for i, units := range n.Widths[1:] {
		layer := i + 1
		switch {
		case layer == last || n.Autoencoder && layer == last/2:
			net = append(net, &layers.Dense{Units: units, Init: n.initializer()})
		case n.Autoencoder:
			net = append(net, &layers.Dense{Units: units, Init: n.initializer()}, layers.Tanh())
		default:
			net = append(net, &layers.Dense{Units: units, Init: n.initializer()}, layers.ReLU())
		}
	}
	if n.Autoencoder {
		return trainer.NewModel(net, losses.SigmoidCrossEntropy{}, cfg)
	}
	return trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, cfg)
}

func (n Network) initializer() layers.Initializer {
	if n.Autoencoder {
		return layers.LeCunNormal
	}
	return layers.HeNormal
}

// Optimizer is "sgd", "adam", "kfac" (its fixed mode, which figures under that
// name have always been of) or "kfac-adaptive", with cmd/train's settings for the
// network.
func (n Network) Optimizer(name string) (trainer.Optimizer, error) {
	switch {
	case name == "sgd" && n.Autoencoder:
		return trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.01, Momentum: 0.9})
	case name == "sgd":
		return trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.1, Momentum: 0.9})
	case name == "adam" && n.Autoencoder:
		return trainer.NewAdam(trainer.AdamConfig{LearningRate: 1e-3})
	case name == "adam":
		return trainer.NewAdam(trainer.AdamConfig{LearningRate: 2e-3})
	case name == "kfac" && n.Autoencoder:
		return kfac.New(kfac.Config{Mode: kfac.Fixed, LearningRate: 1, Momentum: 0.9, Damping: 1, MinDamping: 0.01, KLClip: 0.2})
	case name == "kfac":
		return kfac.New(kfac.Config{Mode: kfac.Fixed, LearningRate: 0.4, Momentum: 0.8, Damping: 0.5})
	case name == "kfac-adaptive" && n.Autoencoder:
		return kfac.New(kfac.Config{Mode: kfac.Adaptive, LearningRate: 1, ProductFraction: 0.25, Polyak: 0.9})
	case name == "kfac-adaptive":
		return kfac.New(kfac.Config{Mode: kfac.Adaptive, LearningRate: 1.5, Polyak: 0.95})
	}
	return nil, fmt.Errorf("no optimizer %q", name)
}
