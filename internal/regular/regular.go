// Package regular opens regular files and nothing else. A device, a pipe or a
// socket in the place of a file never ends, or keeps its reader waiting. A
// directory cannot be read.
//
//	text, err := regular.Read("tune.json", 1<<28) // at most so many bytes
package regular

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// KindError reports a path that is no regular file.
type KindError struct {
	Path string
	Mode fs.FileMode
}

func (e *KindError) Error() string { return fmt.Sprintf("%s is %s, not a file", e.Path, kind(e.Mode)) }

// SizeError reports a file that is larger than such a file may be.
type SizeError struct {
	Path string
	Most int64 // bytes
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%s has more than %d bytes: no such file is that large", e.Path, e.Most)
}

func kind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a directory"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&(fs.ModeDevice|fs.ModeCharDevice) != 0:
		return "a device"
	}
	return "something else"
}

// check returns a *KindError unless path is a regular file or a link to one.
func check(path string, info fs.FileInfo) error {
	if info.Mode().IsRegular() {
		return nil
	}
	return &KindError{path, info.Mode()}
}

// Open opens a regular file for reading and returns its size in bytes. It does not wait, whatever the path is: a pipe is
// opened without a writer, if at all, and closed again.
func Open(path string) (f *os.File, size int64, err error) {
	info, err := os.Stat(path) // before opening, because opening a device can have effects
	if err == nil {
		err = check(path, info)
	}
	if failed := (*fs.PathError)(nil); errors.As(err, &failed) {
		failed.Op = "open" // the caller wanted to open the file, not to know its status
	}
	if err != nil {
		return nil, 0, err
	}
	if f, err = os.OpenFile(path, os.O_RDONLY|noWait, 0); err != nil {
		return nil, 0, err
	}
	if info, err = f.Stat(); err == nil {
		err = check(path, info) // the path may have been replaced in between
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// Read reads a regular file of at most this many bytes. A larger file is a *SizeError.
func Read(path string, most int64) ([]byte, error) {
	f, size, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > most {
		return nil, &SizeError{path, most}
	}
	// Files of /proc say that they are empty, and some grow while they are read.
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = &SizeError{path, most}
	}
	if err != nil {
		return nil, err
	}
	return text, nil
}
