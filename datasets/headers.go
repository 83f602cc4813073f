package datasets

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gokfac/gokfac/internal/memory"
)

// checkHeaders refuses idx files whose headers contradict each other or announce more than memory holds, before their
// values are read. Other faults of a header are reported by the reader of the file.
func checkHeaders(ctx context.Context, paths idxFiles[string]) error {
	var total float64
	var content, stored int64
	for _, split := range [][2]string{{paths.trainImages, paths.trainLabels}, {paths.testImages, paths.testLabels}} {
		images, size, err := peekIDX(ctx, split[0], idxImages)
		if err != nil {
			continue
		}
		stored += size
		labels, size, err := peekIDX(ctx, split[1], idxLabels)
		if err != nil {
			continue
		}
		stored += size
		content += int64(product(images) + labels[0])
		if images[0] != labels[0] {
			return fmt.Errorf("%s has %d images, %s %d labels: they do not belong together", split[0], images[0], split[1], labels[0])
		}
		// The file's bytes are in a buffer that grew by doubling, and each of its numbers takes four bytes.
		total += (2 + 4) * float64(product(images)+labels[0])
	}
	if err := checkInflation(content, stored); err != nil {
		return fmt.Errorf("%s and its like: %w", paths.trainImages, err)
	}
	return memory.Check(ctx, "the data announced by "+paths.trainImages+" and its like", total)
}

// peekIDX reads the dimensions of an idx file and returns them with the file's size.
func peekIDX(ctx context.Context, path string, dimensions int) (dims []int, size int64, err error) {
	f, err := openFile(ctx, path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	r, _, err := decompress(bufio.NewReader(f))
	if err != nil {
		return nil, 0, err
	}
	dims, err = readIDXHeader(r, dimensions)
	return dims, f.size, err
}

// checkHeaders refuses an archive with two arrays of one name. It also refuses headers that contradict each other, or
// that announce more than the archive has or memory holds. No values are read before that.
func (a *npz) checkHeaders(task Task) error {
	seen := map[string]bool{}
	for _, f := range a.files {
		name := strings.TrimSuffix(f.Name, ".npy")
		if seen[name] {
			return fmt.Errorf("the archive has %.40q twice", name)
		}
		seen[name] = true
	}
	var total float64
	var content int64
	for _, part := range []string{"train", "test"} {
		x, err := a.peek("x_" + part)
		if err != nil {
			return err
		}
		total += a.memory(x)
		content += x.bytes()
		y, err := a.peek("y_" + part)
		if task == Reconstruct && err != nil {
			continue // no other check needs it
		}
		if err != nil {
			return err
		}
		if x.shape[0] != y.shape[0] && task != Reconstruct {
			what := "labels"
			if task == Regress {
				what = "targets"
			}
			return fmt.Errorf("x_%s has %d examples, y_%s %d %s", part, x.shape[0], part, y.shape[0], what)
		}
		total += a.memory(y)
		content += y.bytes()
	}
	if err := checkInflation(content, a.size); err != nil {
		return err
	}
	return memory.Check(a.ctx, "the data announced by the archive", total)
}

// peek reads the header of an array and compares it with the size that the archive gives.
func (a *npz) peek(name string) (h npyHeader, err error) {
	h, r, err := a.open(name)
	if err == nil {
		r.Close()
		err = a.checkSize(name, h)
	}
	if err != nil {
		return h, fmt.Errorf("%s: %w", name, err)
	}
	return h, nil
}

func (a *npz) checkSize(name string, h npyHeader) error {
	for _, f := range a.files {
		if strings.TrimSuffix(f.Name, ".npy") != name {
			continue
		}
		switch have := int64(f.UncompressedSize64) - h.offset; {
		case have < h.bytes():
			return h.short(io.ErrUnexpectedEOF, max(have, 0))
		case have > h.bytes():
			return errTrailing
		}
	}
	return nil
}

var errTrailing = errors.New("there are trailing bytes after the data the header announces")

// memory is the number of bytes that an array takes: four for each value, and eight more if its type has values that
// float32 rounds; twice that if the values must be reordered. To this comes the memory that append leaves behind if the
// header's claim was not believed at once.
func (a *npz) memory(h npyHeader) float64 {
	bytes := 4 * float64(h.values)
	if h.width == 8 || h.width == 4 && h.kind != 'f' {
		bytes *= 3
	}
	switch {
	case h.values > a.room(h):
		bytes *= 2.25
	case h.fortran && len(h.shape) > 1:
		bytes *= 2
	}
	return bytes
}

// untilClosed is until of something that is closed.
func untilClosed(ctx context.Context, r io.ReadCloser) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{until(ctx, r), r}
}
