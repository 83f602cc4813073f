package job

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// kfacMode is the default of models that name none: docs/kfac.md has the measurements.
const kfacMode = kfac.Adaptive

// mode is the one in force.
func (s *Spec) mode() kfac.Mode { return cmp.Or(s.KFAC.Mode, s.model().Mode, kfacMode) }

// kfacRow has a variant for each of K-FAC's modes.
func kfacRow() Optimizer {
	return Optimizer{
		Entry: Entry{"kfac", "natural gradient with Kronecker-factored curvature (Martens & Grosse 2015)"}, Vectors: 4,
		Variants: []Variant{
			{
				Name:     string(kfac.Adaptive),
				Lacks:    []string{"momentum", "clip-grad", "kfac-kl-clip"},
				Fallback: Defaults{Steps: 100, Parts: 2, Schedule: "constant", LearningRate: 1},
				Space:    "lr=0.7..1.7:kfac-polyak=none/0.9/0.95:schedule=constant/linear",
			},
			{
				Name:     string(kfac.Fixed),
				Lacks:    []string{"kfac-gamma-update-steps", "kfac-product-update-steps", "kfac-noise-scale"},
				Fallback: Defaults{Steps: 300, Parts: 2, Noise: 128, Schedule: "cosine", LearningRate: 0.4, Momentum: 0.8},
				Space:    "lr=0.1..1.2:momentum=0.8/0.9:kfac-damping=0.1..2:schedule=linear/cosine/exponential:kfac-polyak=none/0.9",
			},
		},
		VariantOf:  func(s *Spec) string { return string(s.mode()) },
		SetVariant: func(s *Spec, name string) { s.KFAC.Mode = kfac.Mode(name) },
		New:        func(s *Spec) (trainer.Optimizer, error) { return kfac.New(s.KFAC) },
		Check:      checkKFAC, Resolve: resolveKFAC, Memory: kfacMemory, Cures: kfacCures, Remedies: kfacRemedies,
		Describes: func(s *Spec) Choices {
			return Choices{{"kfac-mode", string(s.KFAC.Mode)}, {"kfac-structure", string(s.KFAC.Structure)}}
		},
	}
}

// adaptive tells the mode that finds the length of a step itself.
func (s *Spec) adaptive() bool { return s.Optimizer == "kfac" && s.Variant() == string(kfac.Adaptive) }

func checkKFAC(s *Spec) error {
	switch {
	case s.KFAC.Damping < 0 && !s.adaptive():
		return s.otherVariant(Word("kfac-damping") + " found")
	case s.adaptive() && s.LearningRate >= 2:
		return Refuse("⟨lr⟩ %g: in ⟨kfac-mode⟩ adaptive a factor on the step found, and its model of the loss is up again from 2 on: "+
			"want less than 2, or choose ⟨kfac-mode⟩ fixed", s.LearningRate)
	}
	return nil
}

func resolveKFAC(s *Spec, defaults Defaults) error {
	c, d := &s.KFAC, defaults.KFAC
	c.Mode = s.mode()
	// A zero is none by now, where package kfac may have a default of its own.
	c.LearningRate, c.WeightDecay, c.Momentum = s.LearningRate, cmp.Or(s.WeightDecay, kfac.None), cmp.Or(s.Momentum, kfac.None)
	if c.Damping != 0 {
		d.MinDamping = 0 // the table's floor was tuned with the table's damping: another one has package kfac's floor
	}
	*c = c.Or(d)
	c.Damping = max(c.Damping, 0) // found
	o, err := kfac.New(*c)
	if err != nil {
		return Refuse("%v%s", err, kfacGiven(s))
	}
	*c = o.Config()
	return nil
}

// kfacGiven names the settings of K-FAC that were given, for a complaint of
// package kfac, which knows its settings by other names.
func kfacGiven(s *Spec) string {
	var given []string
	for _, v := range s.Asked {
		if strings.HasPrefix(v.Name, "kfac-") || v.Name == "lr" || v.Name == "momentum" || v.Name == "weight-decay" {
			given = append(given, Word(v.Name)+" "+v.Value)
		}
	}
	if given == nil {
		return ""
	}
	return " (" + strings.Join(given, ", ") + ")"
}

// Mode, Structure, Estimator and Sharing are rows of tables.
type (
	Mode      struct{ Entry }
	Structure struct{ Entry }
	Estimator struct{ Entry }
	Sharing   struct{ Entry }
)

// Modes is the table of K-FAC's modes.
func Modes() []Mode {
	return []Mode{
		{Entry{"adaptive", "each step from the exact quadratic model: no learning rate or momentum to tune"}},
		{Entry{"fixed", "learning rate, momentum and a norm clip, as SGD has them: cheaper steps"}},
	}
}

// Structures is the table of forms of the Fisher matrix.
func Structures() []Structure {
	return []Structure{
		{Entry{"low-rank", "K-FAC: a Kronecker product for each layer, inverses of low rank where that pays"}},
		{Entry{"block-diagonal", "the same with dense inverses"}},
		{Entry{"block-tridiagonal", "K-FAC that couples each layer with the next"}},
		{Entry{"ekfac", "K-FAC with the Fisher's own diagonal in its eigenbasis"}},
		{Entry{"diagonal", "the diagonal of the Fisher"}},
		{Entry{"full", "all of it, for networks of a few thousand parameters"}},
	}
}

// Estimators is the table of targets that curvature is measured with.
func Estimators() []Estimator {
	return []Estimator{
		{Entry{"mc", "one target per example, drawn from the model: unbiased"}},
		{Entry{"ggn", "random signs through the factor of the Gauss-Newton matrix: unbiased"}},
		{Entry{"exact", "the whole Fisher, at one backward pass per output unit"}},
		{Entry{"empirical", "the data's own targets: cheap, and not the Fisher"}},
	}
}

// Sharings is the table of factors for weights that are used at several places.
func Sharings() []Sharing {
	return []Sharing{
		{Entry{"expand", "each place counts as an example: for convolutions, and outputs at each place"}},
		{Entry{"reduce", "the places of an example count as one: for outputs that are a mean over them"}},
	}
}

// orFound is a damping, 0 if it is found at the first step.
type orFound float64

func (v orFound) String() string {
	switch v {
	case 0:
		return "found"
	case kfac.None:
		return "none"
	}
	return fmt.Sprint(float64(v))
}

// MarshalJSON keeps the type of the key: null is what was found.
func (v orFound) MarshalJSON() ([]byte, error) {
	if v == 0 {
		return []byte("null"), nil
	}
	return json.Marshal(unlessNone(float64(v), 0))
}

// Notes are doubts about what was asked for.
func (s *Spec) Notes() []string {
	if s.Optimizer == "kfac" && s.KFAC.Estimator == graph.Empirical {
		return []string{"⟨kfac-fisher⟩ empirical is not the Fisher: its G vanishes as the model fits the data"}
	}
	return nil
}
