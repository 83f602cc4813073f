// Package atomicfile writes files whole or not at all.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Write replaces a file at once. A reader finds the old content or the new, also after an interruption or a loss of
// power: the content is on the disk before the name is. Write makes the file's directory if there is none. Errors name
// the file.
func Write(path string, content []byte) error {
	return WriteFunc(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// WriteFunc is Write for content that write makes piece by piece. An error of write leaves the old file as it is.
func WriteFunc(path string, write func(w io.Writer) error) error {
	if err := replace(path, write); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// create makes a file that is still being written, .NUMBER.tmp, with the permissions that the process gives its files.
func create(dir string) (*os.File, error) {
	for {
		f, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf(".%d.tmp", rand.Uint64())), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, os.ErrExist) {
			return f, err
		}
	}
}

// Clean removes the unfinished files that killed writers left in a directory. No writer may be at work there.
func Clean(dir string) {
	entries, _ := os.ReadDir(dir) // a directory that does not exist has no entries
	for _, e := range entries {
		number, _ := strings.CutPrefix(strings.TrimSuffix(e.Name(), ".tmp"), ".")
		if _, err := strconv.ParseUint(number, 10, 64); err == nil && e.Name() == "."+number+".tmp" {
			_ = os.Remove(filepath.Join(dir, e.Name())) // a file that cannot be removed does no harm
		}
	}
}

func replace(path string, write func(w io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link stays, and what it leads to is replaced
	}
	f, err := create(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // after success the file has its final name, and this does nothing
	w := bufio.NewWriterSize(f, 1<<16)
	if err = write(w); err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	syncDir(filepath.Dir(path))
	return nil
}

// syncDir puts a directory's names on the disk, where the system can: not all file systems synchronise directories, and
// without it a file has its old content or its new one all the same.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		d.Close()
	}
}
