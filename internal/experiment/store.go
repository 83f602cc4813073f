package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '=', r == '-':
			return r
		}
		return '-'
	}, label)
}

// Load reads a finished run; nil if there is none. A run with another
// configuration is an *OtherError.
func (s Store) Load(label string, seed uint64, config results.Fields[any]) (*results.Run, error) {
	path := s.path(label, seed)
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
	if diff := difference(run.Config, config); diff != "" {
		return nil, &OtherError{path, diff}
	}
	return run, nil
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
			if field.Name != "data_dir" && field.Name != "download" {
				m[field.Name] = string(text)
			}
		}
		return m
	}
	a, b := texts(was), texts(is)
	for _, field := range append(is, was...) {
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
