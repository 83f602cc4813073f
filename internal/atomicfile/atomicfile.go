// Package atomicfile writes files whole or not at all.
package atomicfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Write replaces a file at once: whoever reads it, also after an interruption,
// finds the old content or the new. Its directory is made if there is none.
// Errors name the file.
func Write(path string, content []byte) error {
	if err := write(path, content); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// unfinished is the name of a file that has not been written to its end, with an
// asterisk for a number.
const unfinished = ".*.tmp"

// Clean removes from a directory what writers left that were killed. No other
// one may be at work there.
func Clean(dir string) {
	entries, _ := os.ReadDir(dir) // of what is not there, none
	for _, e := range entries {
		number, _ := strings.CutPrefix(strings.TrimSuffix(e.Name(), ".tmp"), ".")
		if _, err := strconv.ParseUint(number, 10, 64); err == nil && e.Name() == "."+number+".tmp" {
			_ = os.Remove(filepath.Join(dir, e.Name())) // it is in nobody's way
		}
	}
}

func write(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), unfinished)
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone by then, if all went well
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
