package datasets

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
)

// partial is a download that is under way, in a file that no other process writes to.
type partial struct {
	*os.File
	rest      string // path of the bytes that are kept if the download does not finish
	committed bool
}

// claim opens a temporary file beside path. If an earlier download left path.part, it starts with those bytes: a rename
// takes them, so that only one of two processes gets them and no lock is needed.
func claim(path string) (*partial, error) {
	rest := path + ".part"
	own := fmt.Sprintf("%s.%08x.part", path, rand.Uint32())
	if err := os.Rename(rest, own); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	f, err := os.OpenFile(own, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	return &partial{File: f, rest: rest}, nil
}

func (p *partial) size() int64 {
	info, err := p.Stat()
	if err != nil {
		return 0
	}
	return info.Size()
}

// resize cuts the file to size bytes and continues behind them.
func (p *partial) resize(size int64) error {
	if err := p.Truncate(size); err != nil {
		return err
	}
	_, err := p.Seek(size, io.SeekStart)
	return err
}

// commit turns the download into the file at path.
func (p *partial) commit(path string) error {
	if err := p.Close(); err != nil {
		return err
	}
	if err := os.Rename(p.Name(), path); err != nil {
		return err
	}
	p.committed = true
	return nil
}

// release keeps the bytes that have arrived for the next attempt. If there are none it leaves no file.
func (p *partial) release() {
	if p.committed {
		return
	}
	size := p.size()
	p.Close()
	if size == 0 || os.Rename(p.Name(), p.rest) != nil {
		os.Remove(p.Name())
	}
}
