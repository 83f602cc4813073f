package job

import (
	"slices"
)

// Setting is a row of the table of settings. Parsing, the help, the configuration
// in force, what applies to what, and what a search may choose follow from it:
// another setting is another row.
type Setting struct {
	Name  string
	Group Group
	// Argument and Text are for a person: the form of a value, and what it does.
	Argument, Text string
	Value          func(s *Spec) Value // where a value goes

	// Force is what is in force, as JSON has it; nil: the setting is not a part of
	// the configuration.
	Force func(s *Spec) any
	// Owner is the only optimizer that has a use for it; empty: see Optimizer.Lacks
	// and Model.Lacks.
	Owner string
	// Listed says whether it is listed in a configuration; nil: wherever it applies.
	Listed func(s *Spec) bool
	// Task says that it is the same for all that are compared, Each that every run
	// among several is given its own.
	Task, Each bool
}

func (r Setting) name() string { return r.Name }

// Toggle reports whether the setting is true or false.
func (r Setting) Toggle() bool {
	_, ok := r.Value(NewSpec()).(toggle)
	return ok
}

// Group is a section of the help and of the configuration in force.
type Group string

// The groups.
const (
	ModelGroup    Group = "model"
	DataGroup     Group = "data"
	TrainingGroup Group = "training"
	RunGroup      Group = "run"
)

// Settings is the table, in the order of the help and of a configuration: what
// every run has, and then what optimizers have of their own.
// The slice is shared, and not to be written to.
func Settings() []Setting { return settingRows().settings }

// Lookup is the row of a setting.
func Lookup(name string) (Setting, bool) {
	row, ok := settingRows().byName[name]
	return row, ok
}

// Applies reports whether an optimizer, in a variant of it, and a model, or any
// (empty), have a use for a setting. An unknown one applies.
func Applies(name, optimizer, variant, model string) bool {
	row, ok := Lookup(name)
	if !ok {
		return true
	}
	o := mustFind(Optimizers(), optimizer)
	if row.Owner != "" && row.Owner != optimizer || slices.Contains(o.Lacks, name) || slices.Contains(o.variant(variant).Lacks, name) {
		return false
	}
	return model == "" || !slices.Contains(mustFind(Models(), model).Lacks, name)
}

// InForce is a setting with its value, in the configuration of a run.
type InForce struct {
	Setting
	Value any // as JSON has it
}

// Configuration lists what is in force once the spec has been resolved. What does
// not apply to the optimizer or model is left out.
func (s *Spec) Configuration() []InForce {
	var list []InForce
	for _, row := range Settings() {
		listed := Applies(row.Name, s.Optimizer, s.Variant(), s.Model)
		if row.Listed != nil {
			listed = row.Listed(s)
		}
		if s.Load != "" && slices.Contains(ofArchitecture, row.Name) {
			listed = false
		}
		if row.Force != nil && listed {
			list = append(list, InForce{row, row.Force(s)})
		}
	}
	return list
}
