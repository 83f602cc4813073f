package race

import (
	"fmt"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// Settings are what a user of the page chooses.
type Settings struct {
	Batch   int     `json:"batch"`   // examples of a mini-batch
	Hidden  int     `json:"hidden"`  // units of the hidden layer
	Rate    float64 `json:"rate"`    // Adam's learning rate; K-FAC has none
	Seconds float64 `json:"seconds"` // of training, for each of the two
	Seed    uint64  `json:"seed"`    // of the first weights and of the order of the examples
}

// Defaults are the settings that the page begins with. The rate is the best of eight for this network and this batch size
// on five other draws of the digits: TestRates prints the table.
func Defaults() Settings {
	return Settings{Batch: 256, Hidden: 64, Rate: 0.02, Seconds: 20, Seed: 1}
}

// Bounds of the settings. The least of all bounds is 1.
const (
	mostHidden  = 1024
	mostSeconds = 600
)

// Validate names the first setting that is out of bounds.
func (s Settings) Validate() error {
	switch {
	case s.Batch < 1 || s.Batch > trainExamples:
		return fmt.Errorf("mini-batches of %d digits: want 1 to %d", s.Batch, trainExamples)
	case s.Hidden < 1 || s.Hidden > mostHidden:
		return fmt.Errorf("%d hidden units: want 1 to %d", s.Hidden, mostHidden)
	case !(s.Rate > 0 && s.Rate <= 10):
		return fmt.Errorf("learning rate %g: want more than 0, and at most 10", s.Rate)
	case !(s.Seconds >= 1 && s.Seconds <= mostSeconds):
		return fmt.Errorf("%g seconds of training: want 1 to %d", s.Seconds, mostSeconds)
	}
	return nil
}

// model is the network with weights of its own, the same ones for the same settings.
func (s Settings) model(d *Data) (*trainer.Model, error) {
	net := layers.Sequential{
		&layers.AvgPool2D{Window: [2]int{2, 2}}, &layers.Flatten{},
		&layers.Dense{Units: s.Hidden, Init: layers.HeNormal}, layers.ReLU(),
		&layers.Dense{Units: d.set.Classes},
	}
	return trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: d.set.Shape, Seed: s.Seed})
}

// batches deals the training digits, in the same order for the same settings.
func (s Settings) batches(d *Data) (*datasets.Loader, error) {
	return datasets.NewLoader(d.set, d.set.Train, datasets.LoaderOptions{BatchSize: s.Batch, Shuffle: true, Seed: s.Seed})
}
