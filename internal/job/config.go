package job

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/gokfac/gokfac/internal/results"
)

// Config is what config.json says of a run: all that is in force, and what the run was
// made from.
type Config struct {
	Version     int                  `json:"version"`
	Model       string               `json:"model"`
	Dataset     string               `json:"dataset"` // the one that was found, where the configuration has auto
	DataDigest  string               `json:"data_digest,omitempty"`
	PerEpoch    int                  `json:"steps_per_epoch"`
	Steps       int                  `json:"steps"`               // of the whole run
	Processes   int                  `json:"processes,omitempty"` // that make it together; 0: one by itself
	Config      results.Fields[any]  `json:"config"`
	Command     string               `json:"command,omitempty"`
	Environment *results.Environment `json:"environment,omitempty"`
}

// ConfigOf describes a run before its first step.
func (r *Run) ConfigOf() *Config {
	s := r.Spec
	return &Config{
		Version: 1, Model: s.Model, Dataset: r.Data.Name, DataDigest: r.digest(), PerEpoch: r.PerEpoch, Steps: r.Total, Processes: s.Processes(),
		Config: configOf(s), Command: s.Command, Environment: Environment(r.started),
	}
}

// Default is the configuration that the spec's model, optimizer and mode have where
// nothing else is asked for, on a training set of so many examples; nil if there is
// none.
func (s *Spec) Default(examples int) results.Fields[any] {
	d := NewSpec()
	d.Optimizer, d.Model, d.KFAC.Mode, d.Workers = s.Optimizer, s.Model, s.KFAC.Mode, s.Workers
	if d.Resolve(examples) != nil {
		return nil
	}
	return configOf(d)
}

// SavedConfig is what a file says: Choices make the run again, as they are all that
// was in force.
type SavedConfig struct {
	Choices    Choices
	Dataset    string
	DataDigest string
	Command    string // that made the run
	Processes  int    // that made it together; 0: one by itself
}

// ReadConfig reads a config.json, or the object that a run prints, which has the same
// members. Settings that have their default of 0, or that were found by the run, are
// left out of the choices.
func ReadConfig(text []byte) (*SavedConfig, error) {
	var file struct {
		Version    int                             `json:"version"`
		Dataset    string                          `json:"dataset"`
		DataDigest string                          `json:"data_digest"`
		Processes  int                             `json:"processes"`
		Command    string                          `json:"command"`
		Config     results.Fields[json.RawMessage] `json:"config"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("not a configuration: %s", oneLine(err))
	}
	switch {
	case file.Version > 1:
		return nil, fmt.Errorf("a configuration of version %d: this program reads version 1", file.Version)
	case len(file.Config) == 0:
		return nil, errors.New(`not a configuration: it has no member "config"`)
	}
	saved := &SavedConfig{Dataset: file.Dataset, DataDigest: file.DataDigest, Command: file.Command, Processes: file.Processes}
	seen := map[string]bool{}
	for _, f := range file.Config {
		name := strings.ReplaceAll(f.Name, "_", "-")
		row, ok := Lookup(name)
		switch {
		case !ok:
			return nil, fmt.Errorf("unknown setting %.40q%s", f.Name, DidYouMean(name, Names(Settings())))
		case seen[name]:
			return nil, fmt.Errorf("setting %.40q is there twice", f.Name)
		}
		seen[name] = true
		value, err := row.text(f.Value)
		if err != nil {
			return nil, fmt.Errorf("setting %s: %w", f.Name, err)
		}
		if value != "" {
			saved.Choices = append(saved.Choices, Choice{name, value})
		}
	}
	saved.Choices = saved.Choices.applying()
	return saved, nil
}

// applying leaves out what the choices' own optimizer, mode and model have no use for,
// which a configuration lists as well.
func (c Choices) applying() Choices {
	s := NewSpec()
	for _, choice := range c {
		if choice.Name == "opt" || choice.Name == "model" || choice.Name == "kfac-mode" {
			row, _ := Lookup(choice.Name)
			if row.Value(s).Set(choice.Value) != nil {
				return c // and whoever takes the choices says so
			}
		}
	}
	var list Choices
	for _, choice := range c {
		if Applies(choice.Name, s.Optimizer, s.Variant(), s.Model) {
			list = append(list, choice)
		}
	}
	return list
}

// text writes a value in a configuration as it is asked for; empty: by leaving it out.
func (r Setting) text(raw json.RawMessage) (string, error) {
	raw = bytes.TrimSpace(raw)
	var list []json.Number
	var word string
	switch {
	case string(raw) == "null":
		return "", nil
	case string(raw) == "true", string(raw) == "false":
		return string(raw), nil
	case json.Unmarshal(raw, &word) == nil:
		return word, nil
	case json.Unmarshal(raw, &list) == nil:
		parts := make([]string, len(list))
		for i, v := range list {
			parts[i] = v.String()
		}
		return strings.Join(parts, ","), nil
	}
	var number json.Number
	if err := json.Unmarshal(raw, &number); err != nil {
		return "", errors.New("want a number, a word, a list of numbers, true or false")
	}
	if v, err := number.Float64(); err == nil && v == 0 && r.Name != "seed" {
		if r.Value(NewSpec()).Set("none") == nil { // 0 asks for the default
			return "none", nil
		}
		return "", nil
	}
	return number.String(), nil
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", " ") }

// digest is that of the data, which takes a pass over them: it is taken once.
func (r *Run) digest() string {
	if r.dataDigest == "" {
		r.dataDigest = r.Data.Digest()
	}
	return r.dataDigest
}

// Fits returns an error unless a run's data are those that the configuration's run was
// trained on.
func (c *SavedConfig) Fits(r *Run) error {
	if c.DataDigest == "" || c.DataDigest == r.digest() {
		return nil
	}
	return fmt.Errorf("the data are not those of the run: %s has changed since, or another was meant", r.Data.Name)
}

// Without leaves settings out that another optimizer, mode or model than the
// configuration's has other values for: what is asked for besides wins, and what it
// makes meaningless goes.
func (c Choices) Without(asked Choices) Choices {
	value := func(list Choices, name string) string {
		for i := len(list) - 1; i >= 0; i-- {
			if list[i].Name == name {
				return list[i].Value
			}
		}
		return ""
	}
	differs := func(name string) bool {
		v := value(asked, name)
		return v != "" && v != value(c, name)
	}
	other := differs("opt") || differs("kfac-mode")
	model := differs("model")
	var left Choices
	for _, choice := range c {
		row, _ := Lookup(choice.Name)
		switch {
		case choice.Name == "opt" || choice.Name == "model":
		case model && row.Group == ModelGroup, (model || other) && (row.Group == TrainingGroup || row.Owner != ""):
			continue
		}
		left = append(left, choice)
	}
	return left
}
