package workload

import (
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// Training is a network in training, one step at a time.
type Training struct {
	Optimizer trainer.Optimizer
	model     *trainer.Model
	loader    *datasets.Loader
	x, y      *tensor.Dense
	loss      float64
}

// NewTraining builds the network, its optimizer and a loader that shuffles.
func NewTraining(n Network, batch int, optimizer string) (*Training, error) {
	model, err := n.Model()
	if err != nil {
		return nil, err
	}
	o, err := n.Optimizer(optimizer, batch)
	if err != nil {
		return nil, err
	}
	return training(model, o, batch, n.Autoencoder)
}

// training has a loader that shuffles.
func training(model *trainer.Model, o trainer.Optimizer, batch int, reconstruct bool) (*Training, error) {
	d := Data()
	loader, err := datasets.NewLoader(d, d.Train, datasets.LoaderOptions{BatchSize: batch, Shuffle: true, Seed: 1, Reconstruct: reconstruct})
	if err != nil {
		return nil, err
	}
	return &Training{Optimizer: o, model: model, loader: loader}, nil
}

// Load fetches the next mini-batch.
func (t *Training) Load() {
	var ok bool
	for !ok { // twice at the end of an epoch
		t.x, t.y, ok = t.loader.Next()
	}
}

// Step binds the mini-batch and takes a step on it.
func (t *Training) Step() error {
	objective, err := t.model.Batch(t.x, t.y)
	if err != nil {
		return err
	}
	t.loss, err = t.Optimizer.Step(objective)
	return err
}

// Period is the number of steps after which K-FAC does the same again; 1 for
// other optimizers, all whose steps are alike.
func (t *Training) Period() int {
	o, ok := t.Optimizer.(*kfac.Optimizer)
	if !ok {
		return 1
	}
	c, period := o.Config(), 1
	updates := []int{c.FactorUpdateSteps, c.InverseUpdateSteps, c.DampingUpdateSteps}
	if c.Mode == kfac.Adaptive {
		updates = append(updates, c.GammaUpdateSteps)
	}
	for _, every := range updates {
		if every > 0 {
			period = lcm(period, every)
		}
	}
	return period
}

func lcm(a, b int) int {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x * b
}
