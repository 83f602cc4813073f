package losstest

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// Config says what a loss is checked with. Its zero value checks everything that the loss itself tells.
type Config struct {
	// Outputs is C, the number of outputs of an example. Default: the first of 3, 4, 2, 5, 6, …, 32, 1 for which
	// TargetShape gives a shape.
	Outputs int
	// Spread is the standard deviation of the outputs that are tried, which have mean 0. Default 1.
	Spread float64
	// Large is the size of outputs at which everything must still be finite. Default 1000 in float64 and 100 in float32,
	// as far as a network may go astray; None: large outputs are not tried.
	Large float64

	// Targets returns the elements of one example's targets that the cost takes. Default: samples of the distribution.
	Targets func(r *rand.Rand) []float64
	// More returns one example's further targets of a losses.MoreTargets, one row for each shape of MoreShapes. Default: if
	// there is one further target of shape (N), it is a weight for each example.
	More func(r *rand.Rand) [][]float64
	// Wrong lists targets of one example that Validate must refuse, beside NaN and infinities, labels that are no class where
	// targets are labels, and −1 and 2 where samples are zeros and ones and the cost is their negative log-likelihood.
	Wrong [][]float64

	// Support lists all targets that an example can have, one row each. Expectations over them are exact. Default: class
	// labels 0…C−1 where targets are of shape (N) and samples are such labels; all rows of zeros and ones where samples
	// are zeros and ones, up to ten units. Without one, as with an empty list, expectations are means over Samples samples.
	Support [][]float64
	// Samples is how many samples an expectation without Support is the mean of. Default 20000. Means are compared within
	// five standard errors: a wrong factor is found if it differs from 1 by more than about 10/√Samples.
	Samples int

	// Surrogate says that the cost may be a multiple of the negative log-likelihood. Any other cost is taken as it is.
	Surrogate bool
	// Allocates says that runs may allocate memory, as those of gorgonia's stock ops do.
	Allocates bool
	// Hessian says that gradients must have tangents. Without it, a gradient of Build that has none is logged.
	Hessian bool
	// Kinds has the loss's kind for files, beside losses.Kinds. Without a kind that fits, saving is not looked at.
	Kinds []losses.Kind
	// Skip lists aspects that Check leaves out, with the reason, which the log has.
	Skip map[Aspect]string
	// Seed seeds all random numbers. Default 1.
	Seed uint64
}

// Validate returns an error that names the first setting that cannot be.
func (c Config) Validate() error {
	bad := func(v float64) bool { return !(v >= 0) || math.IsInf(v, 1) }
	switch {
	case c.Outputs < 0:
		return fmt.Errorf("Config.Outputs is %d: want a number of outputs, or 0 for the default", c.Outputs)
	case bad(c.Spread):
		return fmt.Errorf("Config.Spread is %v: want a positive number, or 0 for the default", c.Spread)
	case c.Large != graph.None && bad(c.Large):
		return fmt.Errorf("Config.Large is %v: want a positive number, None, or 0 for the default", c.Large)
	case c.Samples < 0 || c.Samples > 0 && c.Samples < 100:
		return fmt.Errorf("Config.Samples is %d: want 100 or more, or 0 for the default", c.Samples)
	}
	for _, a := range slices.Sorted(maps.Keys(c.Skip)) {
		if !slices.Contains(Aspects(), a) {
			return fmt.Errorf("Config.Skip has %q, and there is no such aspect: want some of %v", string(a), Aspects())
		}
	}
	return nil
}

func (c Config) withDefaults() Config {
	if c.Spread == 0 {
		c.Spread = 1
	}
	if c.Samples == 0 {
		c.Samples = 20000
	}
	if c.Seed == 0 {
		c.Seed = 1
	}
	return c
}
