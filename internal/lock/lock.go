// Package lock keeps two programs from working in one directory at once. The
// lock is the system's: it ends with the process, however that ends, and
// leaves nothing to be cleaned up but an empty file.
package lock

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// HeldError reports a directory in which another program is at work.
type HeldError struct{ Dir string }

func (e *HeldError) Error() string { return "another command is at work in " + e.Dir }

// name is the name of the file that is locked.
const name = ".lock"

// errHeld means that the lock is held elsewhere.
var errHeld = errors.New("held")

// Dir locks a directory until release is called, and makes the directory if there is none. It does not wait: if another
// program, or another call in this program, has the lock, the error is a *HeldError. On a file system without locks it
// locks nothing.
func Dir(dir string) (release func() error, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	// The file is open for writing, because some file systems lock no others.
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE|noWait, 0o644)
	if err != nil {
		return nil, err
	}
	switch err := acquire(f); {
	case errors.Is(err, errHeld):
		f.Close()
		return nil, &HeldError{dir}
	case err != nil:
		f.Close()
		return nil, fmt.Errorf("locking %s: %w", dir, err)
	}
	return f.Close, nil // closing the file releases the lock
}
