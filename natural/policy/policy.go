package policy

import (
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// Policy is a network whose outputs are parameters of a distribution of actions.
type Policy struct {
	// Model has the parameters. Its loss is the method's cost with the family's
	// distribution, and Model.Predict gives outputs z, not the distribution's mean.
	Model  *trainer.Model
	Family Family
}

// newPolicy builds hidden layers with tanh, and the family's head.
func newPolicy(family Family, cost losses.Cost, cfg Config, observations int) (*Policy, error) {
	net := append(hiddenLayers(cfg.Hidden), family.Head())
	loss := losses.With(cost, outputs{family.Loss()})
	model, err := trainer.NewModel(net, loss, trainer.ModelConfig{Input: []int{observations}, DType: cfg.DType, Seed: cfg.Seed})
	if err != nil {
		return nil, err
	}
	return &Policy{Model: model, Family: family}, nil
}

// hiddenGain is √2, with which tanh layers of orthogonal weights keep the size of
// activations (Andrychowicz et al. 2021).
const hiddenGain = math.Sqrt2

func hiddenLayers(units []int) layers.Sequential {
	var net layers.Sequential
	for _, n := range units {
		net = append(net, &layers.Dense{Units: n, Init: layers.Orthogonal(hiddenGain)}, layers.Tanh())
	}
	return net
}

// Outputs fills z, N×K, with the outputs for observations x, N×D, as a batch has them.
func (p *Policy) Outputs(z, x *tensor.Dense) error {
	out, err := p.Model.Predict(x)
	if err != nil {
		return err
	}
	return graph.CopyInto(z, out)
}

// outputs is a distribution whose predictions are its parameters, the network's outputs.
// Log probabilities, entropies and divergences are made of these.
type outputs struct{ losses.Distribution }

// Mean is z.
func (outputs) Mean(_ *graph.Builder, z *graph.Node) (*graph.Node, error) { return z, nil }
