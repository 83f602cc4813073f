package job

import (
	"github.com/gokfac/gokfac/trainer"
)

// MuonGroup is the section of Muon's own settings.
const MuonGroup Group = "muon"

func muonRow() Optimizer {
	return Optimizer{
		Entry: Entry{"muon", "momentum with equal singular values (Jordan 2024); biases, last layer by AdamW"}, Vectors: 4,
		Variants: []Variant{{
			Name:     "muon",
			Fallback: Defaults{Steps: 580, Parts: 4, Schedule: "cosine", LearningRate: 3e-3, Momentum: 0.95},
			Space:    "lr=3e-4..1e-2:momentum=0.9/0.95:schedule=constant/linear/cosine/exponential",
		}},
		New: func(s *Spec) (trainer.Optimizer, error) {
			c := s.Muon
			c.LearningRate, c.Momentum, c.WeightDecay = s.LearningRate, noneForZero(s.Momentum), s.WeightDecay
			return trainer.NewMuon(c)
		},
		Resolve: func(s *Spec, _ Defaults) error {
			o, err := trainer.NewMuon(s.Muon)
			if err != nil {
				return Refuse("%v", err)
			}
			s.Muon = o.Config()
			return nil
		},
		Memory: muonMemory, Remedies: muonRemedies,
	}
}

// muonRemedies has no clipping: a step of Muon's has its length whatever the gradient's.
func muonRemedies(r *Run) []string {
	var list []string
	if r.Spec.Muon.AdamRate > 1 {
		list = smaller(list, "muon-adam-rate", r.Spec.Muon.AdamRate)
	}
	return append(list, "⟨warmup-steps⟩")
}

// muonMemory counts two matrices of the largest layer and two of its smaller side.
func muonMemory(_ *Spec, maps []Map) Memory {
	var most float64
	for _, w := range maps {
		in, out := float64(w.In), float64(w.Out)
		most = max(most, 2*in*out+2*min(in, out)*min(in, out))
	}
	return Memory{Kept: most}
}

func muonSettings() []Setting {
	return ownedBy("muon", MuonGroup, []Setting{
		{Name: "muon-adam-rate", Argument: "FACTOR", Text: "learning rate of biases and the last layer, which AdamW steps, as a multiple of ⟨lr⟩",
			Value: func(s *Spec) Value { return number{p: &s.Muon.AdamRate, least: leastNumber, most: mostNumber} }, Force: func(s *Spec) any { return s.Muon.AdamRate }},
		{Name: "muon-last-layer", Text: "orthogonalise the last layer's step, too",
			Value: func(s *Spec) Value { return toggle{&s.Muon.LastLayer} }, Force: func(s *Spec) any { return s.Muon.LastLayer }},
	})
}

// ownedBy are the rows of an optimizer's own settings.
func ownedBy(optimizer string, g Group, rows []Setting) []Setting {
	for i := range rows {
		rows[i].Owner = optimizer
	}
	return inGroup(g, false, rows)
}

// noneForZero is a resolved number as a configuration of package trainer has it, where
// 0 would be its own default.
func noneForZero(v float64) float64 {
	if v == 0 {
		return trainer.None
	}
	return v
}
