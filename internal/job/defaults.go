package job

import (
	"strconv"

	"github.com/gokfac/gokfac/kfac"
)

// Defaults stand in for the zeros of a spec. Zero fields of KFAC are package
// kfac's own defaults.
type Defaults struct {
	Batch, Epochs int // of a large training set
	Steps         int // at least so many: a small training set has more epochs
	Parts         int // a small training set has a batch of one of so many parts of it
	Schedule      string
	WarmUp        int
	LearningRate  float64
	Momentum      float64
	Noise         float64 // examples: a batch of N takes the rate of the row's batch times the quotient of N/(N+Noise)
	WeightDecay   float64
	L2, ClipNorm  float64
	KFAC          kfac.Config
}

// DefaultsFor is what an optimizer, in a variant of it, has for a model. The
// numbers are from the searches in docs/benchmarks.md where they hold for other
// batches and data as well, and from docs/tables.md.
func DefaultsFor(optimizer, variant, model string) Defaults {
	m, v := mustFind(Models(), model), mustFind(Optimizers(), optimizer).variant(variant)
	d, ok := m.Defaults[v.Name]
	if !ok {
		d = v.Fallback
	}
	d.Batch, d.Epochs = m.Batch, m.Epochs
	return d
}

// SpaceFor is what a search chooses from where nothing is said of it, as entries
// of a command line write it: about as many choices for each optimizer, around
// what is known to work.
func SpaceFor(optimizer, variant, model string) string {
	m, v := mustFind(Models(), model), mustFind(Optimizers(), optimizer).variant(variant)
	space, ok := m.Spaces[v.Name]
	if !ok {
		space = v.Space
	}
	return optimizer + ":" + space + m.MoreSpace
}

// DefaultSpec is what is in force where an optimizer, in a variant of it, trains a
// model on a large training set, and nothing else is asked for.
func DefaultSpec(optimizer, variant, model string) (*Spec, error) {
	s := NewSpec()
	s.Optimizer, s.Model = optimizer, model
	if o := s.optimizer(); o.SetVariant != nil {
		o.SetVariant(s, variant)
	}
	return s, s.Resolve(manySteps)
}

// batchFor is the batch size for a training set of so many examples: a part of
// them, so that an epoch has several steps, but no less than 32 and no more than
// the row's.
func (d Defaults) batchFor(examples int) int {
	return min(examples, d.Batch, max(32, examples/d.Parts))
}

// epochsFor is the number of epochs of so many steps each.
func (d Defaults) epochsFor(perEpoch int) int {
	return max(d.Epochs, (d.Steps+perEpoch-1)/perEpoch)
}

// RateFor is the learning rate for a batch size: the row's, less where a smaller
// batch is noisier, to three digits. Adam's step has the same length whatever the
// batch, and adaptive K-FAC knows of the noise itself.
func (d Defaults) RateFor(batch int) float64 {
	if d.Noise == 0 || batch >= d.Batch {
		return d.LearningRate
	}
	at := func(n int) float64 { return float64(n) / (float64(n) + d.Noise) }
	rate, _ := strconv.ParseFloat(strconv.FormatFloat(d.LearningRate*at(batch)/at(d.Batch), 'g', 3, 64), 64)
	return rate
}
