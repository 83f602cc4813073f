package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/gokfac/gokfac/internal/regular"
)

// dataFile is a regular file that is read until a context ends.
type dataFile struct {
	*os.File
	ctx  context.Context
	size int64
	read int64 // bytes that Read has returned so far
}

// openFile opens one file of a data set. Its errors name the file.
func openFile(ctx context.Context, path string) (*dataFile, error) {
	f, size, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	return &dataFile{File: f, ctx: ctx, size: size}, nil
}

func (f *dataFile) Read(p []byte) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := f.File.Read(p)
	f.read += int64(n)
	return n, err
}

func (f *dataFile) ReadAt(p []byte, offset int64) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	return f.File.ReadAt(p, offset)
}

// until reads r until ctx ends. A few bytes of a compressed file can be gigabytes of content, so the reading itself must
// end.
func until(ctx context.Context, r io.Reader) io.Reader { return &bounded{r: r, ctx: ctx} }

type bounded struct {
	r   io.Reader
	ctx context.Context
}

func (b *bounded) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return b.r.Read(p)
}

// Compressed data are refused if they are more than inflation times as large as their file, and larger than inflated
// bytes. Real measurements are 2 to 20 times their file.
const (
	inflation = 200
	inflated  = 64 << 20
)

// checkInflation refuses data of too many bytes for the stored bytes of their file or files.
func checkInflation(content, stored int64) error {
	if content <= inflated || content <= inflation*stored {
		return nil
	}
	return fmt.Errorf("%d stored bytes are %d or more of data: no measurements repeat themselves so often; if they are meant, store them uncompressed",
		stored, content)
}

// table reads the content of a compressed table.
func (f *dataFile) table(content io.Reader) io.Reader {
	return &inflating{r: until(f.ctx, content), of: f}
}

type inflating struct {
	r     io.Reader
	of    *dataFile
	total int64
}

func (i *inflating) Read(p []byte) (int, error) {
	n, err := i.r.Read(p)
	i.total += int64(n)
	if err := checkInflation(i.total, i.of.size); err != nil {
		return 0, err
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("truncated: the compressed file ends early")
	case err != nil && !errors.Is(err, io.EOF) && !interrupted(err):
		err = fmt.Errorf("damaged: %w", err)
	}
	return n, err
}

// interrupted reports whether an error comes from a context that has ended.
func interrupted(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
