package logs

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gokfac/gokfac/internal/regular"
)

// unfinished is the pattern of names of files that are still being written, as in internal/atomicfile.
const unfinished = ".*.tmp"

// readLines calls f with each complete line of r, without its end, and the offset
// behind it. It returns what comes after the last line end, at most limit bytes.
// A line longer than limit bytes is an error.
func readLines(r io.Reader, limit int, f func(line []byte, end int64) error) (tail []byte, err error) {
	var end int64
	s := bufio.NewScanner(r)
	s.Buffer(nil, limit)
	s.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			return i + 1, data[:i], nil
		}
		if atEOF {
			tail = bytes.Clone(data)
			return len(data), nil, nil
		}
		return 0, nil, nil
	})
	n := 0
	for s.Scan() {
		n++
		end += int64(len(s.Bytes())) + 1
		if err := f(s.Bytes(), end); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if errors.Is(s.Err(), bufio.ErrTooLong) {
		return nil, fmt.Errorf("line %d: longer than %d bytes", n+1, limit)
	}
	return tail, s.Err()
}

// scanFile gives a file to scan, which returns how many of its bytes to keep, and
// cuts off the others. A file that does not exist has none. Where scan fails, the
// file stays as it is.
func scanFile(path string, scan func(io.Reader) (keep int64, err error)) error {
	f, _, err := regular.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("logs: %w", err)
	}
	defer f.Close()
	keep, err := scan(f)
	if err != nil {
		return fmt.Errorf("logs: %s cannot be resumed and is left as it is: %w; mend it, or move it away", path, err)
	}
	if err := shorten(f, keep); err != nil {
		return fmt.Errorf("logs: resuming %s: %w", path, err)
	}
	return nil
}

// shorten puts a file of the first keep bytes of f in its place, by way of one beside it.
func shorten(f *os.File, keep int64) error {
	info, err := f.Stat()
	if err != nil || info.Size() == keep {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	short, err := os.CreateTemp(filepath.Dir(f.Name()), unfinished)
	if err != nil {
		return err
	}
	defer os.Remove(short.Name()) // after success it has the other name, and this does nothing
	_, err = io.CopyN(short, f, keep)
	if err = errors.Join(err, short.Chmod(info.Mode().Perm()), short.Sync(), short.Close()); err != nil {
		return err
	}
	f.Close() // Windows renames over no open file; scanFile's second Close does nothing
	return os.Rename(short.Name(), f.Name())
}
