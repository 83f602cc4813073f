package main

import (
	"errors"
	"flag"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/internal/job"
)

// parse reads the command line, and the configuration that it names. Its errors are
// *usageError, *job.SettingError, flag.ErrHelp, or of a file.
//
// Of several processes the first reads a configuration for all.
func parse(args []string, p *processes) (*command, error) {
	c, err := parseLine(args)
	if err != nil {
		return c, err
	}
	c.processes, c.spec.Command = p, p.command(c.line)
	switch {
	case (c.config != "" || c.resume != "") && !c.list && !c.version:
		return c.parseSaved(args)
	}
	if err := errors.Join(c.checkUse(), c.checkUsed(), c.checkWatch()); err != nil {
		return c, err
	}
	data, err := c.dataOfLoaded()
	if err != nil {
		return c, err
	}
	if len(data) > 0 {
		line := c.line
		if c, err = parseLine(append(argumentsOf(data), args...)); err != nil {
			return c, err
		}
		c.line, c.spec.Command, c.processes = line, p.command(line), p
	}
	if err := c.check(); err != nil {
		return c, err
	}
	if c.eval && !c.given["dataset"] {
		return c, usagef("-eval: nothing beside %s says which data it was trained on: name them by -dataset", c.spec.Load)
	}
	return c, nil
}

// parseLine reads the command line alone.
func parseLine(args []string) (*command, error) {
	c := &command{}
	table := newFlagTable(c)
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
	c.given = map[string]bool{}
	table.set.Visit(func(f *flag.Flag) { c.given[f.Name] = true })
	c.arguments = table.arguments(args)
	for _, v := range c.arguments {
		if _, ok := job.Lookup(v.Name); ok {
			c.spec.Asked = append(c.spec.Asked, v)
		}
	}
	c.line = program + commandLine(args)
	c.spec.Command = c.line
	return c, nil
}

// check refuses what does not go together.
func (c *command) check() error {
	if err := c.checkStudy(); err != nil {
		return err
	}
	if !c.several() {
		return c.spec.Check()
	}
	return c.spec.CheckShared() // the entries take what they have a use for
}

// checkStudy refuses what does not go with one run, or with several.
func (c *command) checkStudy() error {
	several := c.several()
	switch {
	case c.given["compare"] && c.given["tune"]:
		return usagef("-compare and -tune are two commands: tune first, then -compare with -tuned")
	case several && c.given["opt"]:
		return usagef("-opt does not go with -compare and -tune, which name the optimizers")
	case several && c.spec.DryRun:
		return usagef("-dry-run is of one run: leave -compare and -tune out")
	case !several && len(c.spec.Goals) > 1:
		return usagef("-target %s: a run has one; -compare and -tune take several", c.spec.Goals[0].Metric)
	case !c.given["tune"] && (c.given["trials"] || c.given["search"] || c.given["by-seconds"]):
		return usagef("-trials, -search and -by-seconds are of -tune")
	case !c.given["compare"] && c.given["tuned"]:
		return usagef("-tuned is of -compare")
	case !several && c.given["seeds"]:
		return usagef("-seeds is of -compare and -tune")
	}
	return errors.Join(c.checkKept(), c.checkUse(), c.checkWatch())
}

// several tells -compare and -tune from one run.
func (c *command) several() bool { return c.given["compare"] || c.given["tune"] }

// arguments are the flags of a command line that has been parsed, in order.
func (t *flagTable) arguments(args []string) job.Choices {
	var list job.Choices
	for i := 0; i < len(args) && args[i] != "--"; i++ {
		name, value, has := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		toggle, _ := t.set.Lookup(name).Value.(interface{ IsBoolFlag() bool })
		switch {
		case toggle != nil && toggle.IsBoolFlag():
			on, _ := strconv.ParseBool(value)
			value = strconv.FormatBool(on || !has) // however it was written
		case !has:
			i++
			value = args[i]
		}
		list = append(list, job.Choice{Name: name, Value: value})
	}
	return list
}

// explain turns package flag's errors into ours.
func (t *flagTable) explain(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		hint := strings.Replace(job.DidYouMean(name, t.names()), "mean ", "mean -", 1)
		return usagef("unknown flag -%s%s", name, hint)
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: -"); ok {
		return usagef("flag -%s needs a value", name)
	}
	if strings.HasPrefix(text, "invalid boolean value") {
		return usagef("%s", strings.Replace(text, "parse error", "want true or false", 1))
	}
	return usagef("%s", text)
}
