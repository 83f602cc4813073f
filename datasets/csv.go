package datasets

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

// minRows is the least number of rows from which a fifth can be held out.
const minRows = 5

// maxLine bounds a line of text, in bytes. It has room for a million features.
const maxLine = 1 << 24

// ReadCSV is [ReadOptions.ReadCSV] with nothing set: it reads classes, from the label column that is found.
func ReadCSV(path string) (*Dataset, error) { return ReadOptions{}.ReadCSV(path) }

// ReadCSV reads a table: fields separated by commas, the same number on every line, some in double quotes if they like,
// and some for the label or the targets, as the options say. All others are features and must be numbers. A first line is
// a header if none of its fields is a number, or if one is called label, class, target, species or as the options say. The
// file may be compressed with gzip.
//
// Labels are text or whole numbers. The classes are the labels that occur, in the order of their numbers or, if one of
// them is no number, of the alphabet (UTF-8's, in which Z comes before a); ClassNames has them. A fifth of the rows,
// rounded down, becomes the test split: of each class its share, chosen by a fixed seed, never all of a class. Rows are
// shuffled, so that a file sorted in any order will do.
//
// Shape is {features}. Features are pixels if their number is a square of at least 8×8 and all are from 0 to 1, or whole
// numbers from 0 to 255, which are divided by 255 or, if none is above 64, by the next of 15, 16, 31, 32, 63 and 64.
//
// Errors give the file, and for what is in it the line and column, both from 1. A column that was asked for and is not
// there is a [*ColumnError].
func (opt ReadOptions) ReadCSV(path string) (*Dataset, error) {
	return opt.readCSV(context.Background(), path)
}

func (opt ReadOptions) readCSV(ctx context.Context, path string) (*Dataset, error) {
	f, err := openFile(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	defer f.Close()
	size := f.size
	raw := bufio.NewReaderSize(f, 1<<18)
	content, compressed, err := decompress(raw)
	if err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", path, err)
	}
	if compressed {
		size = 0
		raw = bufio.NewReaderSize(f.table(content), 1<<18)
	}
	d, err := decodeTable(ctx, raw, size, opt)
	if err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", path, err)
	}
	d.Name = baseName(path)
	return d, nil
}

// decodeCSV reads a stream of about size bytes. A size of 0 means that it is not known.
func decodeCSV(ctx context.Context, r *bufio.Reader, size int64) (*Dataset, error) {
	return decodeTable(ctx, r, size, ReadOptions{})
}

func decodeTable(ctx context.Context, r *bufio.Reader, size int64, opt ReadOptions) (*Dataset, error) {
	t, err := readTable(ctx, r, size, opt)
	if err != nil {
		return nil, err
	}
	return t.dataset()
}

func readTable(ctx context.Context, r *bufio.Reader, size int64, opt ReadOptions) (*table, error) {
	t := newTable(ctx, opt)
	var long []byte
	consumed := int64(0)
	for number := 1; ; number++ {
		line, end := readLine(r, &long)
		if end != nil && !errors.Is(end, io.EOF) {
			return nil, fmt.Errorf("line %d: %w", number, end)
		}
		consumed += int64(len(line))
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if err := t.take(line, number); err != nil {
				if asked := (*ColumnError)(nil); errors.As(err, &asked) {
					return nil, err
				}
				return nil, fmt.Errorf("line %d, %w", number, err)
			}
			if err := t.reserve(size, consumed); err != nil {
				return nil, err
			}
		}
		if end != nil {
			return t, nil
		}
	}
}

// readLine returns the next line. The line is in the reader's buffer if it fits there, and in long otherwise.
func readLine(r *bufio.Reader, long *[]byte) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	*long = append((*long)[:0], line...)
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = r.ReadSlice('\n')
		if len(*long)+len(line) > maxLine {
			return nil, fmt.Errorf("longer than %d bytes: not a table of numbers", maxLine)
		}
		*long = append(*long, line...)
	}
	return *long, err
}
