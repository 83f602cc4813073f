package job

import (
	"github.com/gokfac/gokfac/trainer"
)

// Optimizer is a row of the table of optimizers. Another optimizer is another row,
// in a file of its own with what it needs to say for itself.
type Optimizer struct {
	Entry
	// Variants are its modes, the default first; at least one. A mode may have no use
	// for a setting that another one has.
	Variants []Variant
	// VariantOf is the variant that a spec asks for, and SetVariant asks for one; nil:
	// there is one.
	VariantOf  func(s *Spec) string
	SetVariant func(s *Spec, name string)
	// Lacks are settings that no variant has a use for.
	Lacks []string
	// Vectors counts what is kept of the size of all parameters: values, gradients and
	// the optimizer's own.
	Vectors float64

	New func(s *Spec) (trainer.Optimizer, error)

	// The rest may be nil. Check refuses what does not go together, Resolve fills in
	// the optimizer's own settings, and Memory counts further elements that it keeps
	// (see memoryNeeded). Cures says what else takes less memory. Remedies are what a
	// diverged run may try instead of the usual.
	Check    func(s *Spec) error
	Resolve  func(s *Spec, d Defaults) error
	Memory   func(s *Spec, maps []Map) Memory
	Cures    func(s *Spec) string
	Remedies func(r *Run) []string
	// Describes are choices that set the run apart from others of the optimizer.
	Describes func(s *Spec) Choices
}

// Variant is a mode of an optimizer.
type Variant struct {
	Name  string   // of the tables of defaults
	Lacks []string // settings that this one has no use for
	// Fallback and Space are for models that have no Defaults and Spaces for it.
	Fallback Defaults
	Space    string
}

// Optimizers is the table: another row goes into tables.go. The slice is shared,
// and not to be written to.
func Optimizers() []Optimizer { return madeTables().optimizers }

func (o Optimizer) variant(name string) Variant {
	for _, v := range o.Variants {
		if v.Name == name {
			return v
		}
	}
	return o.Variants[0]
}

// optimizer is the row that the spec asks for.
func (s *Spec) optimizer() Optimizer { return mustFind(Optimizers(), s.Optimizer) }

// NewOptimizer makes the optimizer of a resolved spec.
func (s *Spec) NewOptimizer() (trainer.Optimizer, error) { return s.optimizer().New(s) }

// Variant is the name of the optimizer's mode.
func (s *Spec) Variant() string {
	if o := s.optimizer(); o.VariantOf != nil {
		return o.VariantOf(s)
	}
	return s.optimizer().Variants[0].Name
}

func adamRow() Optimizer {
	return Optimizer{
		Entry: Entry{"adam", "Adam; with ⟨weight-decay⟩, AdamW"}, Lacks: []string{"momentum"}, Vectors: 4,
		Variants: []Variant{{
			Name:     "adam",
			Fallback: Defaults{Steps: 300, Parts: 4, Schedule: "cosine", LearningRate: 3e-3},
			Space:    "lr=3e-4..1e-2:schedule=constant/linear/cosine/exponential",
		}},
		New: func(s *Spec) (trainer.Optimizer, error) {
			return trainer.NewAdam(trainer.AdamConfig{LearningRate: s.LearningRate, WeightDecay: s.WeightDecay})
		},
	}
}

func sgdRow() Optimizer {
	return Optimizer{
		Entry: Entry{"sgd", "stochastic gradient descent with momentum"}, Vectors: 3,
		Variants: []Variant{{
			Name:     "sgd",
			Fallback: Defaults{Steps: 300, Parts: 4, Noise: 16, Schedule: "cosine", LearningRate: 0.1, Momentum: 0.9},
			Space:    "lr=0.01..1:momentum=0.9/0.95:schedule=constant/linear/cosine/exponential",
		}},
		New: func(s *Spec) (trainer.Optimizer, error) {
			return trainer.NewSGD(trainer.SGDConfig{LearningRate: s.LearningRate, Momentum: s.Momentum, WeightDecay: s.WeightDecay})
		},
	}
}
