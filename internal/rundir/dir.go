package rundir

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gokfac/gokfac/internal/atomicfile"
	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/lock"
	"github.com/gokfac/gokfac/internal/regular"
	"github.com/gokfac/gokfac/trainer"
)

// The names of what is in a directory.
const (
	ConfigFile = "config.json"
	ResultFile = "result.json"
	ReportFile = "report.html"
	states     = "checkpoints"
)

// Root is where runs are kept unless another directory is named.
const Root = "runs"

// Dir is a run's directory. It is locked until Close is called.
type Dir struct {
	Path    string
	release func() error
	tell    func(problem error)
	told    map[string]bool // problems, without the names of temporary files
	failed  error           // the first problem
}

// Create makes a directory for a new run. One that has a run already is refused.
func Create(path string) (*Dir, error) {
	for _, name := range []string{ConfigFile, ResultFile, ReportFile, MetricsFile, EventsFile, trainer.ModelFile, states} {
		switch _, err := os.Lstat(filepath.Join(path, name)); {
		case err == nil:
			return nil, fmt.Errorf("⟨out⟩ %s: there is a run already: go on with it by ⟨resume⟩ %[1]s, or name another directory", path)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("⟨out⟩: %w", err)
		}
	}
	return open(path, "⟨out⟩")
}

// CreateNew makes the next directory NAME-NNN under root.
func CreateNew(root, name string) (*Dir, error) {
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, err
	}
	next := 1
	for _, e := range entries {
		number, ok := strings.CutPrefix(e.Name(), name+"-")
		if n, err := strconv.Atoi(number); ok && err == nil && n < 1e9 {
			next = max(next, n+1)
		}
	}
	for ; ; next++ {
		path := filepath.Join(root, fmt.Sprintf("%s-%03d", name, next))
		switch err := os.Mkdir(path, 0o755); {
		case errors.Is(err, fs.ErrExist): // another command was faster
		case err != nil:
			return nil, err
		default:
			return open(path, "⟨out⟩")
		}
	}
}

// Open locks the directory of a run that is to go on.
func Open(path string) (*Dir, error) {
	switch _, err := os.Stat(filepath.Join(path, ConfigFile)); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("⟨resume⟩ %s: no run is kept there: it has no %s", path, ConfigFile)
	case err != nil:
		return nil, fmt.Errorf("⟨resume⟩: %w", err)
	}
	return open(path, "⟨resume⟩")
}

func open(path, setting string) (*Dir, error) {
	release, err := lock.Dir(path)
	if held := (*lock.HeldError)(nil); errors.As(err, &held) {
		return nil, fmt.Errorf("%s: %w: wait for its end", setting, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", setting, err)
	}
	atomicfile.Clean(path)
	atomicfile.Clean(filepath.Join(path, states))
	atomicfile.Clean(filepath.Join(path, "figures"))
	return &Dir{Path: path, release: release, tell: func(error) {}, told: map[string]bool{}}, nil
}

// Close lets another command work in the directory.
func (d *Dir) Close() error { return d.release() }

// Tell is called at once of each problem with writing; the first is Failed's.
func (d *Dir) Tell(f func(problem error)) { d.tell = f }

// Failed is the first of what could not be written; nil: all was.
func (d *Dir) Failed() error { return d.failed }

// problem takes a failure of writing in.
func (d *Dir) problem(err error) {
	if err == nil {
		return
	}
	if d.failed == nil {
		d.failed = fmt.Errorf("not all of the run could be kept: %w", err)
	}
	if key := temporary.ReplaceAllString(err.Error(), ""); !d.told[key] { // a full disk refuses each checkpoint
		d.told[key] = true
		d.tell(err)
	}
}

var temporary = regexp.MustCompile(`\.[0-9]+\.tmp`)

// maxConfig is the most bytes of a file with a configuration, which a result with its
// history is as well.
const maxConfig = 64 << 20

// Config reads what the directory's run was asked to be.
func (d *Dir) Config() (*job.SavedConfig, error) {
	return ReadConfig(filepath.Join(d.Path, ConfigFile))
}

// ReadConfig reads a configuration from a file: a config.json, or the result of a run.
func ReadConfig(path string) (*job.SavedConfig, error) {
	text, err := regular.Read(path, maxConfig)
	if err != nil {
		return nil, err
	}
	saved, err := job.ReadConfig(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return saved, nil
}

// writeJSON writes an object, a member on a line.
func (d *Dir) writeJSON(name string, v any) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(d.Path, name), append(text, '\n'))
}

// Newest is the run below root that was worked at last.
func Newest(root string) (string, error) {
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("⟨resume⟩ auto: %w", err)
	}
	type candidate struct {
		path string
		at   time.Time
	}
	var list []candidate
	for _, e := range entries {
		path := filepath.Join(root, e.Name())
		if _, err := os.Stat(filepath.Join(path, ConfigFile)); err != nil {
			continue
		}
		c := candidate{path: path}
		for _, name := range []string{".", ConfigFile, states, ResultFile} {
			if info, err := os.Stat(filepath.Join(path, name)); err == nil && info.ModTime().After(c.at) {
				c.at = info.ModTime()
			}
		}
		list = append(list, c)
	}
	if len(list) == 0 {
		return "", fmt.Errorf("⟨resume⟩ auto: no run is kept in %s: name a directory", root)
	}
	return slices.MaxFunc(list, func(a, b candidate) int { return a.at.Compare(b.at) }).path, nil
}
