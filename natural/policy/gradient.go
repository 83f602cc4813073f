package policy

import (
	"math/rand/v2"

	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// Gradient is the plain policy gradient: a step of an optimizer on each batch, along the
// gradient of L, E[∇log π·A] (Williams 1992; Sutton et al. 2000).
type Gradient struct{ Optimizer trainer.Optimizer }

var _ Method = (*Gradient)(nil)

func gradientKind() Kind {
	return Kind{
		Name: "pg", Doc: "plain policy gradient: a step of gradient descent on each batch",
		Config: Config{Steps: 32},
		New: func() (Method, error) {
			sgd, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 1})
			return &Gradient{sgd}, err
		},
	}
}

func adamKind() Kind {
	return Kind{
		Name: "pg-adam", Doc: "policy gradient with Adam: a step on each batch",
		Config: Config{Steps: 32},
		New: func() (Method, error) {
			adam, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.003})
			return &Gradient{adam}, err
		},
	}
}

// Cost is −A·log π.
func (*Gradient) Cost(f Family) losses.Cost { return losses.Weighted{Canonical: f.Loss()} }

// Update takes a step.
func (g *Gradient) Update(p *Policy, b *Batch, _ *rand.Rand) (Step, error) {
	obj, err := b.Objective(p)
	if err != nil {
		return Step{}, err
	}
	_, err = g.Optimizer.Step(obj)
	return Step{Steps: 1}, err
}
