package main

import (
	"errors"
	"flag"
	"slices"
	"strings"
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
	return s, s.check()
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

// check refuses flags that do not go together.
func (s *settings) check() error {
	for name := range s.given {
		switch {
		case strings.HasPrefix(name, "kfac-") && s.opt != "kfac":
			return usagef("-%s does not apply to -opt %s", name, s.opt)
		case name == "momentum" && s.opt == "adam":
			return usagef("-momentum does not apply to -opt adam")
		case name == "dropout" && s.model != "mlp":
			return usagef("-dropout does not apply to -model %s", s.model)
		}
	}
	if s.dataset == "" {
		s.dataset = "auto"
	}
	return s.checkTarget()
}

func (s *settings) checkTarget() error {
	if s.target == nil {
		return nil
	}
	names := scoresOf(s.model)
	if !slices.Contains(names, s.target.Metric) {
		return usagef("-target: unknown metric %q for -model %s: want %s%s",
			s.target.Metric, s.model, alternatives(names), didYouMean(s.target.Metric, names))
	}
	switch v := s.target.Value; {
	case v < 0:
		return usagef("-target %s=%g: must not be negative", s.target.Metric, v)
	case v > 1 && strings.HasSuffix(s.target.Metric, "accuracy"):
		return usagef("-target %s=%g: an accuracy is between 0 and 1", s.target.Metric, v)
	}
	return nil
}
