package workload

import (
	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// Convnet is cmd/train's convolutional network, without dropout.
type Convnet struct {
	Batch           int
	Filters, Hidden []int // nil: the default
}

// Training is the network in training by "sgd", "adam", "kfac" (fixed mode) or
// "kfac-adaptive", with cmd/train's settings for it.
func (n Convnet) Training(optimizer string) (*Training, error) {
	s := job.NewSpec()
	s.Model, s.Filters, s.Hidden, s.Batch, s.Dropout = "convnet", n.Filters, n.Hidden, n.Batch, trainer.None
	s.Optimizer, s.KFAC.Mode = optimizerNamed(optimizer)
	if err := s.Resolve(examples); err != nil {
		return nil, err
	}
	model, err := s.NewModel(Data())
	if err != nil {
		return nil, err
	}
	o, err := s.NewOptimizer()
	if err != nil {
		return nil, err
	}
	return training(model, o, n.Batch, false)
}

// optimizerNamed is an optimizer with K-FAC's mode: "kfac" is its fixed mode, which figures
// under that name have always been of.
func optimizerNamed(name string) (optimizer string, mode kfac.Mode) {
	switch name {
	case "kfac":
		return name, kfac.Fixed
	case "kfac-adaptive":
		return "kfac", kfac.Adaptive
	}
	return name, ""
}
