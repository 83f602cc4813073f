package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/rundir"
)

// prolonging are the settings that a run that is resumed may be given anew: they
// change no step that it has taken.
var prolonging = []string{"epochs", "max-steps", "target", "patience", "data-dir", "download"}

// parseSaved reads the configuration that the command line names, and the command line
// again behind it.
func (c *command) parseSaved(args []string) (*command, error) {
	if err := c.checkKept(); err != nil {
		return nil, err
	}
	file, flag := c.config, "-config"
	if c.resume != "" {
		flag = "-resume"
		if c.resume == "auto" {
			dir, err := c.processes.alone(func() ([]byte, error) {
				dir, err := rundir.Newest(rundir.Root)
				return []byte(dir), err
			})
			if err != nil {
				return nil, err
			}
			c.resume = string(dir)
		}
		file = filepath.Join(c.resume, rundir.ConfigFile)
	}
	saved, err := c.readConfig(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && c.resume != "":
		return nil, fmt.Errorf("-resume %s: no run is kept there: it has no %s", c.resume, rundir.ConfigFile)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	moved := c.resume != "" && saved.Processes != c.processes.number()
	if moved { // to a place with other processors
		saved.Choices = slices.DeleteFunc(saved.Choices, func(v job.Choice) bool { return v.Name == "workers" })
	}
	all, err := parseLine(append(argumentsOf(saved.Choices.Without(c.spec.Asked)), args...))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	all.resume, all.saved, all.line, all.asked, all.processes = c.resume, saved, c.line, c.spec.Asked, c.processes
	all.spec.Moved = moved
	switch {
	case c.resume != "" && prolonged(c.spec.Asked):
		all.spec.Command = c.processes.command(program + commandLine([]string{"-config", file}))
	case c.resume != "":
		all.spec.Command = saved.Command
	default:
		all.spec.Command = c.processes.command(c.line)
	}
	return all, all.check()
}

// readConfig reads the configuration of a file, in the first process for all.
func (c *command) readConfig(file string) (*job.SavedConfig, error) {
	if c.processes == nil {
		return rundir.ReadConfig(file)
	}
	var saved *job.SavedConfig
	text, err := c.processes.alone(func() ([]byte, error) {
		var err error
		if saved, err = rundir.ReadConfig(file); err != nil {
			return nil, err
		}
		return json.Marshal(saved)
	})
	if err != nil {
		return nil, err
	}
	return saved, json.Unmarshal(text, &saved)
}

// checkKept refuses what does not go with a run that is kept, or is not.
func (c *command) checkKept() error {
	several := c.several()
	switch {
	case several && (c.given["resume"] || c.given["config"] || c.given["checkpoint-every"] || c.given["keep"] || c.tensorboard):
		return usagef("-resume, -config, -checkpoint-every, -keep and -tensorboard are of one run: -compare and -tune go on by themselves")
	case several && c.out == nothing:
		return usagef("-out none: -compare and -tune keep their runs: name a directory, or leave it out")
	case c.given["out"] && c.out == "", c.given["resume"] && c.resume == "", c.given["config"] && c.config == "":
		return usagef("-out, -resume and -config need a name")
	case c.given["resume"] && c.given["config"]:
		return usagef("-resume has the run's own configuration: leave -config out")
	case c.given["resume"] && c.given["out"]:
		return usagef("-resume goes on in the run's own directory: leave -out out")
	case c.given["resume"] && c.spec.DryRun, (c.out == nothing || c.spec.DryRun) && (c.given["checkpoint-every"] || c.given["keep"] || c.tensorboard):
		return usagef("-dry-run and -out none keep nothing: leave -resume, -checkpoint-every, -keep and -tensorboard out")
	}
	if c.given["resume"] && c.saved == nil {
		for _, v := range c.spec.Asked {
			if !slices.Contains(prolonging, v.Name) {
				return usagef("-%s: a run that is resumed keeps its settings, but for %s; -config %s -%[1]s … begins another",
					v.Name, job.Alternatives(flags(prolonging)), filepath.Join(c.resume, rundir.ConfigFile))
			}
		}
	}
	return nil
}

// flags are settings as they are typed.
func flags(settings []string) []string {
	list := make([]string, len(settings))
	for i, s := range settings {
		list[i] = "-" + s
	}
	return list
}

// prolonged reports whether a run that is resumed was given more to do.
func prolonged(asked job.Choices) bool {
	return slices.ContainsFunc(asked, func(v job.Choice) bool { return v.Name != "data-dir" && v.Name != "download" })
}
