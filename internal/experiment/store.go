package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/internal/atomicfile"
	"github.com/gokfac/gokfac/internal/results"
)

// Store keeps runs in the directory's runs, a file for each.
type Store struct{ Dir string }

// OtherError reports a run of another configuration where one is to be kept.
type OtherError struct {
	Path string
	Diff string // the first setting that differs
}

func (e *OtherError) Error() string { return e.Path + " is of another experiment: " + e.Diff }

func (s Store) path(label string, seed uint64) string {
	return filepath.Join(s.Dir, "runs", fmt.Sprintf("%s-seed-%d.json", Slug(label), seed))
}

// Slug is a label as part of a file's name.
func Slug(label string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '=', r == '-', r == '+':
			return r
		}
		return '-'
	}, label)
}

// Load reads a run that is like another one, which has not been made; nil if
// there is none. A run with another configuration, or on other data, is an
// *OtherError.
func (s Store) Load(like *results.Run) (*results.Run, error) {
	path := s.path(like.Label, like.Seed)
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	run := &results.Run{}
	if err := json.Unmarshal(text, run); err != nil {
		return nil, fmt.Errorf("%s is damaged (%w): delete it, and the run is made again", path, err)
	}
	switch diff := difference(run.Config, like.Config); {
	case diff != "":
		return nil, &OtherError{path, diff}
	case run.Dataset != like.Dataset:
		return nil, &OtherError{path, fmt.Sprintf("the data set was %s, and is %s", run.Dataset, like.Dataset)}
	case run.PerEpoch != like.PerEpoch || run.Params != like.Params:
		return nil, &OtherError{path, "the data have other sizes"}
	}
	return run, nil
}

// Open makes the directory and notes the command there: a place that cannot be
// written is noticed before the first run, not after it.
func (s Store) Open(command string) error {
	return atomicfile.Write(filepath.Join(s.Dir, "command.txt"), []byte(command+"\n"))
}

// Save keeps a run under its label and seed.
func (s Store) Save(run *results.Run) error {
	text, err := json.Marshal(run)
	if err != nil {
		return err
	}
	return atomicfile.Write(s.path(run.Label, run.Seed), append(text, '\n'))
}

// difference names the first setting that two configurations do not share;
// where the data came from is none.
func difference(was, is results.Fields[any]) string {
	texts := func(f results.Fields[any]) map[string]string {
		m := map[string]string{}
		for _, field := range f {
			text, _ := json.Marshal(field.Value) // of what JSON gave, or of flags: neither can fail
			switch field.Name {                  // the last is in the run itself, and too large for JSON's numbers
			case "data_dir", "download", "seed":
			default:
				m[field.Name] = string(text)
			}
		}
		return m
	}
	a, b := texts(was), texts(is)
	for _, field := range slices.Concat(is, was) {
		if name := field.Name; a[name] != b[name] {
			return fmt.Sprintf("%s was %s, and is %s", name, orNothing(a[name]), orNothing(b[name]))
		}
	}
	return ""
}

func orNothing(text string) string {
	if text == "" {
		return "not set"
	}
	return text
}
