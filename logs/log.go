package logs

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// sink is an open file.
type sink interface {
	io.WriteCloser
	Sync() error
}

// log is what the logs have in common: a file that is only appended to, and its errors.
type log struct {
	mu     sync.Mutex
	path   string
	out    sink // nil: not opened yet, or closed
	opened bool
	closed bool
	failed error // the first; nothing is written after it
	told   bool  // of failed

	wrap func(sink) sink // in tests: a disk that fails
}

// open runs f, which calls create or appendTo, as a log's first act.
func (l *log) open(f func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.opened {
		return fmt.Errorf("logs: %s is open already", l.path)
	}
	l.opened = true
	if l.failed = f(); l.failed != nil {
		l.told = true
		_ = l.release() // the first error says more
	}
	return l.failed
}

// resume runs f, which opens an existing file to go on after step, as a log's first act.
func (l *log) resume(path string, step int, f func() error) error {
	return l.open(func() error {
		if l.path = path; step < 0 {
			return fmt.Errorf("logs: %s: Resume at step %d: want the number of steps that were taken", path, step)
		}
		return f()
	})
}

// write runs f, which writes to the open log, or first opens it by create. It
// deals with an error as a log's OnError says.
func (l *log) write(onError func(error), create, f func() error) error {
	first, err := l.attempt(create, f)
	if err == nil || onError == nil {
		return err
	}
	if first {
		onError(err) // outside of the lock, for the function may call Close
	}
	return nil
}

// writeLast writes and closes the log. It does nothing where a caller has closed it already.
func (l *log) writeLast(onError func(error), create, f func() error) error {
	l.mu.Lock()
	closed := l.closed
	l.mu.Unlock()
	if closed {
		return nil
	}
	err := l.write(onError, create, f)
	if e := l.close(onError); err == nil {
		err = e
	}
	return err
}

// attempt returns whether nobody has been told of the log's error yet, and the error.
func (l *log) attempt(create, f func() error) (first bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.failed != nil:
	case l.closed:
		l.failed = fmt.Errorf("logs: %s is closed: a second run needs a log of its own", l.path)
	case !l.opened:
		l.opened = true
		if l.failed = create(); l.failed == nil {
			l.failed = f()
		}
	default:
		l.failed = f()
	}
	first = l.failed != nil && !l.told
	l.told = l.told || first
	return first, l.failed
}

// create makes the file. One that is there already and is not empty is an error.
func (l *log) create() error {
	if info, err := os.Stat(l.path); err == nil && info.Size() > 0 {
		return fmt.Errorf("logs: %s exists: Resume goes on in it, or choose another path", l.path)
	}
	return l.openFile()
}

// openFile opens the file for writing at its end. It makes file and directory if there are none.
func (l *log) openFile() error {
	if err := os.MkdirAll(filepath.Dir(l.path), 0o755); err != nil {
		return fmt.Errorf("logs: %w", err)
	}
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("logs: %w", err)
	}
	l.out = f
	if l.wrap != nil {
		l.out = l.wrap(f)
	}
	return nil
}

// put writes one row, line or record, in a single call.
func (l *log) put(b []byte) error {
	if _, err := l.out.Write(b); err != nil {
		return fmt.Errorf("logs: %w: no more is written to this log", err)
	}
	return nil
}

// close ends the log. A second call does nothing.
func (l *log) close(onError func(error)) error {
	l.mu.Lock()
	l.closed = true
	err := l.release()
	first := err != nil && !l.told
	l.told = l.told || first
	l.mu.Unlock()
	if err == nil || onError == nil {
		return err
	}
	if first {
		onError(err)
	}
	return nil
}

// release waits for the disk and closes the file, if it is open.
func (l *log) release() error {
	if l.out == nil {
		return nil
	}
	out := l.out
	l.out = nil
	err := out.Sync()
	if e := out.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("logs: closing %s: %w", l.path, err)
	}
	return nil
}
