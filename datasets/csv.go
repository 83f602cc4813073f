package datasets

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

// minRows is the least number of rows of which a fifth can be held out.
const minRows = 5

// maxLine bounds a line of text: a million features, generously.
const maxLine = 1 << 24

// ReadCSV reads comma-separated numbers: the label in the first column, an integer from 0 up, then the features, the same
// number on every line. A first line is a header if none of its fields is a number. The last fifth of the rows, rounded
// down, is the test split. The file may be compressed with gzip.
//
// Shape is {features} and Classes the largest training label plus one; a test label above is an error. If all features are integers from 0 to 255, some above 1,
// and their number is a square of at least 8×8, they are taken for pixels and divided by 255.
//
// Errors give the file, and for what is in it the line and column, both from 1.
func ReadCSV(path string) (*Dataset, error) { return readCSV(context.Background(), path) }

func readCSV(ctx context.Context, path string) (*Dataset, error) {
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
	d, err := decodeCSV(ctx, raw, size)
	if err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", path, err)
	}
	d.Name = baseName(path)
	return d, nil
}

// decodeCSV reads a stream of about size bytes; 0 if that is not known.
func decodeCSV(ctx context.Context, r *bufio.Reader, size int64) (*Dataset, error) {
	t, err := readTable(ctx, r, size)
	if err != nil {
		return nil, err
	}
	n := len(t.labels)
	if n < minRows {
		return nil, fmt.Errorf("%d rows of data: at least %d are needed to hold out a fifth for testing", n, minRows)
	}
	train := n - n/5
	where := func(i int) string { return fmt.Sprintf("line %d, column 1", t.lines[train+i]) }
	if err := checkTest(t.labels[:train], t.labels[train:], where); err != nil {
		return nil, fmt.Errorf("%w: the last fifth of the rows is for testing; are they in random order?", err)
	}
	d := &Dataset{Shape: []int{t.width}, Classes: classes(t.labels[:train])}
	d.Train = Split{X: t.x[: train*t.width : train*t.width], Labels: t.labels[:train:train]}
	d.Test = Split{X: t.x[train*t.width:], Labels: t.labels[train:]}
	if t.bytes && t.top > 1 && isSquareImage(t.width) {
		scalePixels(t.x)
		d.Pixels = true
	}
	return d, nil
}

// table is a CSV file as far as it has been read.
type table struct {
	x      []float32 // rows×width
	labels []int32
	width  int         // features per row, -1 before the first
	bytes  bool        // all of x are integers in [0,255]
	top    float64     // the largest of x
	peak   int32       // the largest label
	room   room        // for more
	lines  map[int]int // from 1, by row, of those whose label is above all before: one in error is among them
}

func readTable(ctx context.Context, r *bufio.Reader, size int64) (*table, error) {
	t := &table{room: room{ctx: ctx}, width: -1, bytes: true, peak: -1, lines: map[int]int{}}
	var long []byte
	consumed, first := int64(0), true
	for number := 1; ; number++ {
		line, err := readLine(r, &long)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		consumed += int64(len(line))
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if !first || !isHeader(line) {
				if err := t.add(line); err != nil {
					return nil, fmt.Errorf("line %d, %w", number, err)
				}
				t.note(number)
				if err := t.reserve(size, consumed); err != nil {
					return nil, err
				}
			}
			first = false
		}
		if err != nil {
			return t, nil
		}
	}
}

// note remembers the line of the row just added if its label is the largest so far.
func (t *table) note(line int) {
	row := len(t.labels) - 1
	if label := t.labels[row]; label > t.peak {
		t.peak, t.lines[row] = label, line
	}
}

// reserve makes room for the rest of the file once its first rows tell how long a row is: doubling a table of hundreds
// of megabytes would hold it three times over.
func (t *table) reserve(size, consumed int64) error {
	const sample = 64
	if len(t.labels) != sample || size <= consumed {
		return t.room.hold(4 * int64(cap(t.x)+cap(t.labels)))
	}
	rows := int(float64(size) / float64(consumed) * sample * 1.02)
	if rows > sample && rows < maxValues/(t.width+1) {
		if err := t.room.take(4 * int64(rows) * int64(t.width+1)); err != nil {
			return err
		}
		t.x = append(make([]float32, 0, rows*t.width), t.x...)
		t.labels = append(make([]int32, 0, rows), t.labels...)
	}
	return nil
}

// readLine returns the next line, in the reader's buffer if it fits there, else in long.
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
