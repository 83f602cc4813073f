package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/gokfac/gokfac/internal/atomicfile"
	"github.com/gokfac/gokfac/internal/lock"
	"github.com/gokfac/gokfac/internal/regular"
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

// StaleError reports a run of the same configuration on data, or by a program,
// that are others now: it has to be made again.
type StaleError struct {
	Path string
	Why  string
}

func (e *StaleError) Error() string { return e.Path + ": " + e.Why }

// largest is the most bytes that a kept run may have: that of a million
// evaluations has less.
const largest = 1 << 30

func (s Store) path(label string, seed uint64) string {
	return filepath.Join(s.Dir, "runs", fmt.Sprintf("%s-seed-%d.json", Slug(label), seed))
}

// Load reads a run that is like another one, which has not been made; nil if
// there is none. A run with another configuration, or on other data by name, is
// an *OtherError; where the data or the program have changed since it is a
// *StaleError, as it is where it has no checksum. A run whose content is not its
// checksum's, or that says what it cannot, is refused.
func (s Store) Load(like *results.Run) (*results.Run, error) {
	path := s.path(like.Label, like.Seed)
	text, err := regular.Read(path, largest)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	object, has, right := unsealed(text)
	run := &results.Run{}
	if err := json.Unmarshal(object, run); err != nil {
		return nil, fmt.Errorf("%s is damaged (%w): delete it, and the run is made again", path, err)
	}
	if has && !right {
		return nil, fmt.Errorf("%s has been edited or is damaged (its checksum is of other content): delete it, and the run is made again", path)
	}
	if run.Version != like.Version {
		return nil, &StaleError{path, fmt.Sprintf("it was kept in format %d, this program keeps runs in format %d", run.Version, like.Version)}
	}
	switch diff := difference(run.Config, like.Config); {
	case diff != "":
		return nil, &OtherError{path, diff}
	case run.Dataset != like.Dataset:
		return nil, &OtherError{path, fmt.Sprintf("the data set was %s, and is %s", plain(run.Dataset), like.Dataset)}
	}
	if err := check(run, like); err != nil {
		return nil, fmt.Errorf("%s has been edited or is damaged (%w): delete it, and the run is made again", path, err)
	}
	switch was, is := programOf(run), programOf(like); {
	case run.DataDigest == "":
		return nil, &StaleError{path, "nothing is known of its data but their name"}
	case run.DataDigest != like.DataDigest:
		return nil, &StaleError{path, fmt.Sprintf("the data of %s have changed since", run.Dataset)}
	case was != is:
		return nil, &StaleError{path, fmt.Sprintf("it was made by version %s of this program, which is %s", plain(was), is)}
	case run.PerEpoch != like.PerEpoch || run.Params != like.Params:
		return nil, fmt.Errorf("%s has been edited (other sizes of the same data): delete it, and the run is made again", path)
	case !has:
		return nil, &StaleError{path, "it has no checksum, as an older version kept it"}
	}
	return run, nil
}

// check refuses a run that says what no run can, or that it is another one than
// its name and its configuration say.
func check(run, like *results.Run) error {
	for _, f := range []struct{ name, is, want string }{
		{"label", run.Label, like.Label}, {"optimizer", run.Optimizer, like.Optimizer}, {"model", run.Model, like.Model},
		{"seed", fmt.Sprint(run.Seed), fmt.Sprint(like.Seed)}, {"dtype", run.DType, like.DType},
		{"batch_size", fmt.Sprint(run.BatchSize), fmt.Sprint(like.BatchSize)}, {"workers", fmt.Sprint(run.Workers), fmt.Sprint(like.Workers)},
	} {
		if f.is != f.want {
			return fmt.Errorf("%s is %.40q, not %q", f.name, f.is, f.want)
		}
	}
	names := func(scores results.Fields[results.Number]) (list []string) {
		for _, s := range scores {
			list = append(list, s.Name)
		}
		return list
	}
	if is, want := names(run.Scores), names(like.Scores); !slices.Equal(is, want) {
		return fmt.Errorf("its scores are %.80q, not %q", is, want)
	}
	return run.Check()
}

func programOf(run *results.Run) string {
	if run.Environment == nil {
		return "(unknown)"
	}
	return run.Environment.Version
}

// Open makes the directory, locks it against other commands until release is
// called, and notes the command there: a place that cannot be written, or where
// another command is at work, is noticed before the first run, not after it.
func (s Store) Open(command string) (release func() error, err error) {
	if release, err = lock.Dir(s.Dir); err != nil {
		return nil, err
	}
	for _, dir := range []string{s.Dir, filepath.Join(s.Dir, "runs"), filepath.Join(s.Dir, "samples")} {
		atomicfile.Clean(dir)
	}
	if err := atomicfile.Write(filepath.Join(s.Dir, "command.txt"), []byte(command+"\n")); err != nil {
		return nil, errors.Join(err, release())
	}
	return release, nil
}

// Save keeps a run under its label and seed.
func (s Store) Save(run *results.Run) error {
	text, err := json.Marshal(run)
	if err != nil {
		return err
	}
	return atomicfile.Write(s.path(run.Label, run.Seed), sealed(text))
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

// plain is a text from a file as part of a line.
func plain(text string) string {
	if len(text) < 100 && !strings.ContainsFunc(text, unicode.IsControl) {
		return text
	}
	return fmt.Sprintf("%.100q", text)
}

func orNothing(text string) string {
	if text == "" {
		return "not set"
	}
	return text
}
