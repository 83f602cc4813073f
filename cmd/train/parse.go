package main

import (
	"cmp"
	"errors"
	"flag"
	"maps"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/internal/experiment"
	"github.com/gokfac/gokfac/kfac"
)

// parse reads the command line. Its errors are *usageError, or flag.ErrHelp.
func parse(args []string) (*settings, error) {
	s := &settings{}
	table := newFlagTable(s)
	if err := table.set.Parse(args); err != nil {
		return nil, table.explain(err)
	}
	if table.set.NArg() > 0 {
		word := table.set.Arg(0)
		if word == "true" || word == "false" {
			return nil, usagef("unexpected argument %q: flags that are on or off are written -json or -json=false", word)
		}
		return nil, usagef("unexpected argument %q: everything is said by flags", word)
	}
	s.given = map[string]bool{}
	table.set.Visit(func(f *flag.Flag) { s.given[f.Name] = true })
	s.arguments = table.arguments(args)
	s.command = "go run ./cmd/train " + commandLine(args)
	return s, s.check()
}

// arguments are the flags of a command line that has been parsed, in order.
func (t *flagTable) arguments(args []string) experiment.Settings {
	var list experiment.Settings
	for i := 0; i < len(args) && args[i] != "--"; i++ {
		name, value, has := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		f := t.set.Lookup(name).Value
		toggle, _ := f.(interface{ IsBoolFlag() bool })
		switch {
		case toggle != nil && toggle.IsBoolFlag():
			value = f.String() // true or false, however it was written
		case !has:
			i++
			value = args[i]
		}
		list = append(list, experiment.Setting{Flag: name, Value: value})
	}
	return list
}

// commandLine is args as one types them in a shell.
func commandLine(args []string) string {
	quoted := make([]string, len(args))
	for i, arg := range args {
		quoted[i] = arg
		if arg == "" || strings.ContainsFunc(arg, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=.,:/+%@", r))
		}) {
			quoted[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// explain turns package flag's errors into ours.
func (t *flagTable) explain(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		hint := strings.Replace(didYouMean(name, t.names()), "mean ", "mean -", 1)
		return usagef("unknown flag -%s%s", name, hint)
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: -"); ok {
		return usagef("flag -%s needs a value", name)
	}
	if strings.HasPrefix(text, "invalid boolean value") {
		return usagef("%s", strings.TrimSuffix(text, "parse error")+"want true or false")
	}
	return usagef("%s", text)
}

// hasUse tells whether an optimizer has a use for a flag, in any of its modes.
func hasUse(optimizer, flag string) bool {
	switch {
	case strings.HasPrefix(flag, "kfac-"):
		return optimizer == "kfac"
	case flag == "momentum":
		return optimizer != "adam"
	}
	return true
}

// modeOf is the only mode of K-FAC that has a use for a flag; empty where both
// have.
func modeOf(name string) kfac.Mode {
	switch name {
	case "momentum", "clip-grad", "kfac-kl-clip":
		return kfac.Fixed
	case "kfac-gamma-update-steps", "kfac-product-update-steps", "kfac-noise-scale":
		return kfac.Adaptive
	}
	return ""
}

// check refuses flags that do not go together.
func (s *settings) check() error {
	if err := s.checkStudy(); err != nil {
		return err
	}
	if s.dataset == "" {
		s.dataset = "auto"
	}
	if err := s.checkData(); err != nil {
		return err
	}
	if !s.several() { // whose entries take what they have a use for
		if err := s.checkOptimizer(); err != nil {
			return err
		}
	}
	return s.checkTarget()
}

// checkOptimizer refuses flags that the optimizer or the model has no use for.
func (s *settings) checkOptimizer() error {
	mode := cmp.Or(s.kfac.Mode, defaultMode)
	for _, name := range slices.Sorted(maps.Keys(s.given)) { // the same complaint each time
		switch {
		case !hasUse(s.opt, name):
			return usagef("-%s does not apply to -opt %s", name, s.opt)
		case s.opt == "kfac" && cmp.Or(modeOf(name), mode) != mode:
			return s.otherMode("-"+name, mode)
		case name == "kfac-damping" && s.kfac.Damping < 0 && mode != kfac.Adaptive:
			return s.otherMode("-kfac-damping found", mode)
		case name == "dropout" && s.model != "mlp":
			return usagef("-dropout does not apply to -model %s", s.model)
		}
	}
	if s.opt == "kfac" && mode == kfac.Adaptive && s.lr >= 2 {
		return usagef("-lr %g: in -kfac-mode adaptive a factor on the step found, and its model of the loss is up again from 2 on: "+
			"want less than 2, or choose -kfac-mode fixed", s.lr)
	}
	return nil
}

// otherMode says that what was asked for is the other mode's.
func (s *settings) otherMode(what string, mode kfac.Mode) error {
	other, origin := kfac.Fixed, ""
	if mode == kfac.Fixed {
		other = kfac.Adaptive
	}
	if s.kfac.Mode == "" {
		origin = ", the default"
	}
	return usagef("%s does not apply to -kfac-mode %s%s: leave it out, or choose -kfac-mode %s", what, mode, origin, other)
}

func (s *settings) checkTarget() error {
	if s.target == nil {
		return nil
	}
	names := s.goalScores()
	if scores := s.scores(); slices.Contains(scores, s.target.Metric) && !slices.Contains(names, s.target.Metric) {
		return usagef("-target %s: with -validation, a run is stopped by what is held back: name %s", s.target.Metric, alternatives(names))
	}
	if s.validation == 0 && strings.HasPrefix(s.target.Metric, validationPrefix) {
		return usagef("-target %s: there is no validation part: give -validation 0.1, or name %s", s.target.Metric, alternatives(names))
	}
	if !slices.Contains(names, s.target.Metric) {
		return usagef("-target: unknown metric %q for -model %s: want %s%s",
			s.target.Metric, s.model, alternatives(names), didYouMean(s.target.Metric, names))
	}
	for _, g := range s.goals {
		switch {
		case g.Value < 0:
			return usagef("-target %s=%g: must not be negative", g.Metric, g.Value)
		case g.Value > 1 && strings.HasSuffix(g.Metric, "accuracy"):
			return usagef("-target %s=%g: an accuracy is between 0 and 1", g.Metric, g.Value)
		}
	}
	return nil
}
