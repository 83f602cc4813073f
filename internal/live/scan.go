package live

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Bounds on what is read of a directory.
const (
	maxDepth   = 4 // directories below the one that is served
	maxEntries = 50_000
	maxRuns    = 500
	maxFiles   = 40  // of a run, that are listed
	runPoints  = 250 // of each curve
)

// Names of the files of a run, as internal/rundir writes them.
const (
	resultFile  = "result.json"
	configFile  = "config.json"
	metricsFile = "metrics.csv"
	reportFile  = "report.html"
)

var errEnough = errors.New("enough")

// list reads the runs of the directory, by path.
func (d *directory) list(ctx context.Context) (*listing, error) {
	l := &listing{Directory: short(d.name), Runs: []summary{}, Notes: []string{}}
	found := map[string][]string{} // files of directories that look like runs
	entries, deep := 0, false
	note := func(format string, a ...any) { l.Notes = append(l.Notes, fmt.Sprintf(format, a...)) }
	err := fs.WalkDir(d.root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if entries++; entries > maxEntries {
			note("Only the first %d files are looked at.", maxEntries)
			return errEnough
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && name == ".":
			return err
		case err != nil:
			note("%s cannot be read: %s", short(name), oneLine(err))
			return fs.SkipDir
		case name != "." && strings.HasPrefix(path.Base(name), "."):
			return skip(e)
		case e.IsDir():
			if name != "." && strings.Count(name, "/") >= maxDepth {
				deep = true
				return fs.SkipDir
			}
			return nil
		}
		dir := path.Dir(name)
		found[dir] = append(found[dir], path.Base(name))
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	if deep {
		note("Directories more than %d deep are not looked at.", maxDepth)
	}
	var dirs []string
	for dir, files := range found {
		has := func(name string) bool { return slices.Contains(files, name) }
		if has(resultFile) || has(configFile) {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	if len(dirs) > maxRuns {
		note("The first %d of %d runs are shown.", maxRuns, len(dirs))
		dirs = dirs[:maxRuns]
	}
	for _, dir := range dirs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if s, ok := d.summary(dir, found[dir]); ok {
			l.Runs = append(l.Runs, s)
		}
	}
	return l, nil
}

func skip(e fs.DirEntry) error {
	if e.IsDir() {
		return fs.SkipDir
	}
	return nil
}

func oneLine(err error) string { return short(strings.Join(strings.Fields(err.Error()), " ")) }
