package job

import (
	"github.com/gokfac/gokfac/trainer"
)

// ShampooGroup is the section of Shampoo's own settings.
const ShampooGroup Group = "shampoo"

func shampooRow() Optimizer {
	return Optimizer{
		Entry: Entry{"shampoo", "inverse roots of both sides' second moments, with Adam's length (Gupta et al. 2018)"}, Vectors: 4,
		Variants: []Variant{{
			Name:     "shampoo",
			Fallback: Defaults{Steps: 300, Parts: 4, Schedule: "cosine", LearningRate: 3e-3},
			Space:    "lr=3e-4..1e-2:schedule=constant/linear/cosine/exponential",
		}},
		New: func(s *Spec) (trainer.Optimizer, error) {
			c := s.Shampoo
			c.LearningRate, c.Momentum, c.WeightDecay = s.LearningRate, s.Momentum, s.WeightDecay
			return trainer.NewShampoo(c)
		},
		Resolve: func(s *Spec, _ Defaults) error {
			o, err := trainer.NewShampoo(s.Shampoo)
			if err != nil {
				return Refuse("%v", err)
			}
			s.Shampoo = o.Config()
			return nil
		},
		Memory: func(s *Spec, maps []Map) Memory {
			m := sidesNeeded(s, maps, s.Shampoo.MaxDimension, 3)
			if s.Momentum > 0 {
				m.Vectors = 1
			}
			return m
		},
		Cures: func(*Spec) string { return ", a smaller ⟨shampoo-max-dim⟩, or another ⟨opt⟩" },
	}
}

// sidesNeeded counts an average and a root or basis of each side up to a size, with
// so many buffers of the largest layer, and the float64 matrices that the largest side
// is decomposed in.
func sidesNeeded(_ *Spec, maps []Map, most int, buffers float64) (m Memory) {
	var largest, layer float64
	for _, w := range maps {
		layer = max(layer, float64(w.In*w.Out))
		for _, n := range []int{w.In, w.Out} {
			if n <= most {
				m.Kept += 2 * float64(n) * float64(n)
				largest = max(largest, float64(n)*float64(n))
			}
		}
	}
	m.Kept += buffers * layer
	m.Work = 7 * largest
	return m
}

func shampooSettings() []Setting {
	return ownedBy("shampoo", ShampooGroup, []Setting{
		{Name: "shampoo-beta2", Argument: "RATE", Text: "part that the averages of squares and products keep in a step; or none",
			Value: func(s *Spec) Value { return number{p: &s.Shampoo.Beta2, below: 1, word: "none"} }, Force: func(s *Spec) any { return orNone(unlessNone(s.Shampoo.Beta2, 0)) }},
		{Name: "shampoo-epsilon", Argument: "PART", Text: "of the largest eigenvalue, added to all before the root",
			Value: func(s *Spec) Value { return number{p: &s.Shampoo.Epsilon, least: leastNumber, most: mostNumber} }, Force: func(s *Spec) any { return s.Shampoo.Epsilon }},
		{Name: "shampoo-update-steps", Argument: "N", Text: "take new roots every N steps",
			Value: func(s *Spec) Value { return count{&s.Shampoo.UpdateSteps, 0, manySteps} }, Force: func(s *Spec) any { return s.Shampoo.UpdateSteps }},
		{Name: "shampoo-max-dim", Argument: "N", Text: "a layer's side of more than N units has no average and no root",
			Value: func(s *Spec) Value { return count{&s.Shampoo.MaxDimension, 0, manySteps} }, Force: func(s *Spec) any { return s.Shampoo.MaxDimension }},
	})
}
