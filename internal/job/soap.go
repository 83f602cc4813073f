package job

import (
	"github.com/gokfac/gokfac/trainer"
)

// SOAPGroup is the section of SOAP's own settings.
const SOAPGroup Group = "soap"

func soapRow() Optimizer {
	return Optimizer{
		Entry: Entry{"soap", "Adam in the eigenbasis of Shampoo's second moments (Vyas et al. 2024)"}, Lacks: []string{"momentum"}, Vectors: 5,
		Variants: []Variant{{
			Name:     "soap",
			Fallback: Defaults{Steps: 580, Parts: 4, Schedule: "cosine", LearningRate: 5e-3},
			Space:    "lr=3e-4..1e-2:schedule=constant/linear/cosine/exponential",
		}},
		New: func(s *Spec) (trainer.Optimizer, error) {
			c := s.SOAP
			c.LearningRate, c.WeightDecay = s.LearningRate, s.WeightDecay
			return trainer.NewSOAP(c)
		},
		Resolve: func(s *Spec, _ Defaults) error {
			o, err := trainer.NewSOAP(s.SOAP)
			if err != nil {
				return Refuse("%v", err)
			}
			s.SOAP = o.Config()
			return nil
		},
		Memory: func(s *Spec, maps []Map) Memory { return sidesNeeded(s, maps, s.SOAP.MaxDimension, 3) },
		Cures:  func(*Spec) string { return ", a smaller ⟨soap-max-dim⟩, or another ⟨opt⟩" },
	}
}

func soapSettings() []Setting {
	return ownedBy("soap", SOAPGroup, []Setting{
		{Name: "soap-beta1", Argument: "RATE", Text: "part that the averaged gradient keeps in a step; or none",
			Value: func(s *Spec) Value { return number{p: &s.SOAP.Beta1, below: 1, word: "none"} }, Force: func(s *Spec) any { return orNone(unlessNone(s.SOAP.Beta1, 0)) }},
		{Name: "soap-beta2", Argument: "RATE", Text: "part that the averages of squares and products keep in a step; or none",
			Value: func(s *Spec) Value { return number{p: &s.SOAP.Beta2, below: 1, word: "none"} }, Force: func(s *Spec) any { return orNone(unlessNone(s.SOAP.Beta2, 0)) }},
		{Name: "soap-update-steps", Argument: "N", Text: "take new bases every N steps",
			Value: func(s *Spec) Value { return count{&s.SOAP.UpdateSteps, 0, manySteps} }, Force: func(s *Spec) any { return s.SOAP.UpdateSteps }},
		{Name: "soap-max-dim", Argument: "N", Text: "a layer's side of more than N units keeps its own basis",
			Value: func(s *Spec) Value { return count{&s.SOAP.MaxDimension, 0, manySteps} }, Force: func(s *Spec) any { return s.SOAP.MaxDimension }},
	})
}
