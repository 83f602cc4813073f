package job

import (
	"cmp"

	"github.com/gokfac/gokfac/trainer"
)

// Resolve fills in the defaults for a training set of so many examples, and
// refuses what does not go with it by a [*SettingError].
func (s *Spec) Resolve(examples int) error {
	m, o := s.model(), s.optimizer()
	d := DefaultsFor(s.Optimizer, s.Variant(), s.Model)
	if s.Batch > examples {
		return Refuse("⟨batch-size⟩ %d: larger than the %d training examples", s.Batch, examples)
	}
	s.Batch = cmp.Or(s.Batch, d.batchFor(examples))
	if parts := max(s.Accumulate, 1); s.Batch%parts != 0 {
		return Refuse("⟨accumulate⟩ %d: a mini-batch of %d examples has no %[1]d equal parts: choose another ⟨batch-size⟩", parts, s.Batch)
	}
	if s.MaxSteps == 0 {
		s.Epochs = cmp.Or(s.Epochs, d.epochsFor(examples/s.Batch))
	}
	if len(s.Hidden) == 0 {
		s.Hidden = m.Hidden
	}
	if len(s.Filters) == 0 {
		s.Filters = m.Filters
	}
	s.Dropout = unlessNone(s.Dropout, m.Dropout)
	s.Activation = cmp.Or(s.Activation, m.Activation)
	s.Init = cmp.Or(s.Init, m.Init(s.Activation, len(s.Hidden)+len(s.Filters)))
	s.Schedule = cmp.Or(s.Schedule, d.Schedule)
	s.LearningRate = cmp.Or(s.LearningRate, d.RateFor(s.Batch))
	s.Momentum = unlessNone(s.Momentum, d.Momentum)
	s.WeightDecay = unlessNone(s.WeightDecay, d.WeightDecay)
	s.L2 = unlessNone(s.L2, d.L2)
	s.ClipNorm = unlessNone(s.ClipNorm, d.ClipNorm)
	total := s.total(examples / s.Batch) // short batches are dropped
	if s.WarmUp > 0 && s.WarmUp >= total {
		return Refuse("⟨warmup-steps⟩ %d: the whole run has %d steps", s.WarmUp, total)
	}
	s.WarmUp = cmp.Or(s.WarmUp, min(d.WarmUp, total/10))
	if err := s.checkShrink(); err != nil {
		return err
	}
	if o.Resolve == nil {
		return nil
	}
	return o.Resolve(s, d)
}

// unlessNone is v, its default for 0, and 0 for none.
func unlessNone(v, def float64) float64 {
	if v = cmp.Or(v, def); v == trainer.None {
		return 0
	}
	return v
}

// checkShrink refuses a weight decay that takes whole weights away in a step.
// No schedule raises the rate, so that the product is never more than this one.
func (s *Spec) checkShrink() error {
	if v := s.LearningRate * s.WeightDecay; v >= 1 {
		rate := "the learning rate"
		if s.adaptive() {
			rate = "the factor on the step found"
		}
		return Refuse("⟨lr⟩ %g with ⟨weight-decay⟩ %g: the product, %g, is the part of each weight that a step takes away (⟨lr⟩ is %s): want less than 1",
			s.LearningRate, s.WeightDecay, v, rate)
	}
	return nil
}
