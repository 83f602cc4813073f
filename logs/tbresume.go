package logs

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gokfac/gokfac/trainer"
)

// The name of an event file has the time between these.
const (
	eventPrefix = "events.out.tfevents."
	eventSuffix = ".gokfac"
)

// Resume opens the file of Dir to go on after step, or makes one if there is none. Events
// of later steps are dropped, and evaluations of history that are missing are added, with
// the time of now; see the package's documentation. Model has the parameters of step
// already. Event files of other programs in Dir are left alone.
func (t *TensorBoard) Resume(step int, history ...trainer.Record) error {
	return t.resume(t.Dir, step, func() error {
		name, err := eventFile(t.Dir)
		if err != nil {
			return err
		}
		if t.path = name; name == "" {
			t.path = t.newName()
		}
		found := scanned{evaluated: -1, taps: -1}
		err = scanFile(t.path, func(r io.Reader) (keep int64, err error) {
			found, err = scanEvents(r, step)
			return found.keep, err
		})
		if err != nil {
			return err
		}
		if err := t.openFile(); err != nil {
			return err
		}
		if found.keep == 0 {
			if err := t.put(t.events.version(t.wall())); err != nil {
				return err
			}
		}
		for i := range history {
			if s := history[i].Step; s > found.evaluated && s <= step {
				if err := t.evaluation(&history[i], s == step); err != nil {
					return err
				}
				found.evaluated = s
			}
		}
		t.now, t.last = step, t.time()
		t.watch(found.taps < max(found.evaluated, 0)) // since the last evaluation no mini-batch was shown
		return nil
	})
}

// eventFile is the file of this package in a directory; empty: there is none.
func eventFile(dir string) (path string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("logs: %w", err)
	}
	for _, e := range entries {
		if name := e.Name(); strings.HasPrefix(name, eventPrefix) && strings.HasSuffix(name, eventSuffix) {
			if path != "" {
				return "", fmt.Errorf("logs: %s has both %s and %s: move one of the two away", dir, filepath.Base(path), name)
			}
			path = filepath.Join(dir, name)
		}
	}
	return path, nil
}

// scanned is what a file has up to a step.
type scanned struct {
	keep            int64 // bytes
	evaluated, taps int   // steps of the last evaluation and of the last activations; −1: none
}

// scanEvents checks a file.
func scanEvents(r io.Reader, step int) (scanned, error) {
	found := scanned{evaluated: -1, taps: -1}
	previous, records := 0, 0
	tail, err := readRecords(r, func(data []byte, end int64) error {
		e, err := readEvent(data)
		records++
		switch {
		case err != nil:
			return err
		case records == 1 && e.version != fileVersion:
			return fmt.Errorf("version %q, not %q", e.version, fileVersion)
		case e.step < previous:
			return fmt.Errorf("step %d follows step %d", e.step, previous)
		}
		if previous = e.step; e.step > step {
			return nil
		}
		found.keep = end
		if e.evaluated {
			found.evaluated = e.step
		}
		if e.taps {
			found.taps = e.step
		}
		return nil
	})
	if err == nil && records == 0 {
		err = checkBeginning(tail, string((&eventWriter{}).version(0)[:recordHead]))
	}
	return found, err
}
