package policy

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
	"github.com/gokfac/gokfac/trainer"
)

// Config are the settings of an agent: 0 means the default, None none.
type Config struct {
	Environments int     // E; default 8
	Steps        int     // T, of each environment in a batch; default 256
	Discount     float64 // γ in [0, 1]; default 0.99
	Lambda       float64 // λ in [0, 1]; default 0.95
	Hidden       []int   // units of the hidden layers of both networks; nil: 64, 64; empty: none
	// DType is the type that the networks compute in; default graph.Float64, for a method
	// that measures small steps. graph.Float32 takes less time.
	DType tensor.Dtype
	Seed  uint64 // of weights, starts, actions and mini-batches
	// Raw shows observations to the networks as they are, not over running deviations.
	Raw   bool
	Value ValueConfig
}

// ValueConfig are the settings of the value network: 0 means the default.
type ValueConfig struct {
	Epochs int // passes over a batch; default 10
	Batch  int // rows of a mini-batch; default 64
	// New makes its optimizer; default Adam with a learning rate of 0.001.
	New func() (trainer.Optimizer, error)
}

func (c *Config) numbers() setting.Numbers {
	return setting.Numbers{
		setting.Of("environments", &c.Environments, 8, setting.Period),
		setting.Of("steps", &c.Steps, 256, setting.Period),
		setting.Of("discount", &c.Discount, 0.99, setting.Share),
		setting.Of("lambda", &c.Lambda, 0.95, setting.Share),
		setting.Of("value epochs", &c.Value.Epochs, 10, setting.Period),
		setting.Of("value batch", &c.Value.Batch, 64, setting.Period),
	}
}

func (c Config) resolved() (Config, error) {
	numbers := c.numbers()
	numbers.Resolve()
	if err := numbers.Check(); err != nil {
		return c, fmt.Errorf("policy: %w", err)
	}
	if c.Hidden == nil {
		c.Hidden = []int{64, 64}
	}
	c.Hidden = slices.Clone(c.Hidden)
	if c.DType == (tensor.Dtype{}) {
		c.DType = graph.Float64
	}
	if c.Value.New == nil {
		c.Value.New = func() (trainer.Optimizer, error) { return trainer.NewAdam(trainer.AdamConfig{LearningRate: 1e-3}) }
	}
	return c, nil
}

// expressed is a resolved configuration as settings.
func (c Config) expressed() Config {
	c.numbers().Express()
	c.Hidden = slices.Clone(c.Hidden)
	return c
}
