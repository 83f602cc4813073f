package job

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/trainer"
)

// Entry is a word that can be chosen, and what it means.
type Entry struct{ Name, What string }

func (e Entry) name() string { return e.Name }

// Entries are rows as words.
func Entries[T interface{ entry() Entry }](rows []T) []Entry {
	list := make([]Entry, len(rows))
	for i, r := range rows {
		list[i] = r.entry()
	}
	return list
}

func (e Entry) entry() Entry { return e }

// Activation is a row of the table of activations.
type Activation struct {
	Entry
	layer func() layers.Layer
}

// Activations is the table.
func Activations() []Activation {
	return []Activation{
		{Entry{"relu", "max(x, 0)"}, func() layers.Layer { return layers.ReLU() }},
		{Entry{"tanh", "hyperbolic tangent"}, func() layers.Layer { return layers.Tanh() }},
		{Entry{"sigmoid", "1/(1+exp(-x))"}, func() layers.Layer { return layers.Sigmoid() }},
		{Entry{"leaky-relu", "x, and x/100 below 0"}, func() layers.Layer { return layers.LeakyReLU(0.01) }},
		{Entry{"elu", "x, and exp(x)-1 below 0"}, func() layers.Layer { return layers.ELU(1) }},
		{Entry{"gelu", "x times the normal distribution function"}, func() layers.Layer { return layers.GELU() }},
		{Entry{"silu", "x/(1+exp(-x))"}, func() layers.Layer { return layers.SiLU() }},
		{Entry{"softplus", "log(1+exp(x))"}, func() layers.Layer { return layers.Softplus() }},
	}
}

// Initializer is a row of the table of initial weights.
type Initializer struct {
	Entry
	of func(activation string) layers.Initializer
}

// Initializers is the table.
func Initializers() []Initializer {
	always := func(i layers.Initializer) func(string) layers.Initializer {
		return func(string) layers.Initializer { return i }
	}
	return []Initializer{
		{Entry{"he", "normal, variance 2/in: for relu and its like"}, always(layers.HeNormal)},
		{Entry{"glorot", "uniform, variance 2/(in+out)"}, always(layers.GlorotUniform)},
		{Entry{"lecun", "normal, variance 1/in: for tanh and sigmoid"}, always(layers.LeCunNormal)},
		{Entry{"torch", "uniform, variance 1/(3·in): PyTorch's for linear layers"}, always(layers.TorchUniform)},
		{Entry{"sparse", "15 inputs per unit from N(0, 1) (Martens 2010)"}, always(layers.Sparse(15))},
		{Entry{"orthogonal", "orthonormal rows or columns, times √2 for relu and its like"}, func(activation string) layers.Initializer {
			if rectifies(activation) {
				return layers.Orthogonal(math.Sqrt2)
			}
			return layers.Orthogonal(1)
		}},
	}
}

// Schedule is a row of the table of learning-rate schedules.
type Schedule struct {
	Entry
	of func(steps int) trainer.Schedule // for so many steps after the warm-up
}

// Schedules is the table.
func Schedules() []Schedule {
	always := func(s trainer.Schedule) func(int) trainer.Schedule { return func(int) trainer.Schedule { return s } }
	return []Schedule{
		{Entry{"constant", "the learning rate stays"}, always(trainer.Constant())},
		{Entry{"linear", "falls to 0 along a line"}, always(trainer.Linear())},
		{Entry{"cosine", "falls to 0 along half a cosine wave"}, always(trainer.Cosine())},
		{Entry{"exponential", "falls to a hundredth, by the same factor each step"}, always(trainer.Exponential(0.01))},
		{Entry{"step", "a tenth after each third of the run"}, func(steps int) trainer.Schedule {
			return trainer.StepDecay((max(steps, 1)+2)/3, 0.1)
		}},
	}
}

// schedule is the spec's, for a run of so many steps.
func (s *Spec) schedule(total int) trainer.Schedule {
	next := mustFind(Schedules(), s.Schedule).of(total - s.WarmUp)
	if s.WarmUp > 0 {
		return trainer.WarmUp(s.WarmUp, next)
	}
	return next
}

// DType is a row of the table of arithmetics.
type DType struct {
	Entry
	of   tensor.Dtype
	size float64 // bytes of an element
}

// DTypes is the table.
func DTypes() []DType {
	return []DType{{Entry{Name: "float32"}, graph.Float32, 4}, {Entry{Name: "float64"}, graph.Float64, 8}}
}

// Datasets lists the data sets that have a name.
func Datasets() []Entry {
	var list []Entry
	for _, set := range datasets.Sets() {
		what := set.What
		for _, m := range Models() {
			if set.Name == "auto" && m.Dataset != "" {
				what += fmt.Sprintf("; for ⟨model⟩ %s %s", m.Name, m.Dataset)
			}
		}
		list = append(list, Entry{set.Name, what})
	}
	return list
}

// hasValues tells a named data set with values as targets.
func hasValues(name string) bool {
	return slices.ContainsFunc(datasets.Sets(), func(s datasets.Named) bool { return s.Name == name && s.Values })
}
