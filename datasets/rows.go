package datasets

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// RowReader reads raw examples from a .csv, one after the other, for a model that has
// been trained: the columns are found by the names of the model's features, in any
// order, or else taken as they come. Values are as the file has them: the model's
// scaling is yet to come. The file may be compressed with gzip.
type RowReader struct {
	path   string
	file   io.Closer
	lines  *bufio.Reader
	long   []byte
	number int // of the last line

	width   int   // columns of the file
	place   []int // column → feature; −1: not used
	header  []string
	unused  []string
	row     []float64
	pending bool // the first line is data, and in row
}

// OpenRows opens a table of examples with so many features. Names are those of the
// features, as Dataset.FeatureNames has them; nil, or a file without a header, means
// that the columns are the features, in their order.
func OpenRows(ctx context.Context, path string, width int, names []string) (*RowReader, error) {
	r, err := openRows(ctx, path, width, names)
	if err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", path, err)
	}
	return r, nil
}

func openRows(ctx context.Context, path string, width int, names []string) (*RowReader, error) {
	f, err := openFile(ctx, path)
	if err != nil {
		return nil, err
	}
	r := &RowReader{path: path, file: f, row: make([]float64, width)}
	raw := bufio.NewReaderSize(f, 1<<18)
	content, compressed, err := decompress(raw)
	if err == nil {
		if r.lines = raw; compressed {
			r.lines = bufio.NewReaderSize(f.table(content), 1<<18)
		}
		err = r.begin(width, names)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return r, nil
}

// line is the next one that is not blank; io.EOF after the last.
func (r *RowReader) line() ([]byte, error) {
	for {
		line, end := readLine(r.lines, &r.long)
		if end != nil && !errors.Is(end, io.EOF) {
			return nil, fmt.Errorf("line %d: %w", r.number+1, end)
		}
		if len(line) == 0 && end != nil {
			return nil, io.EOF
		}
		if r.number++; r.number == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			return line, nil
		}
		if end != nil {
			return nil, io.EOF
		}
	}
}

// begin reads the first line and says which column is which feature.
func (r *RowReader) begin(width int, names []string) error {
	line, err := r.line()
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("it has no rows")
	case err != nil:
		return err
	case bytes.HasPrefix(line, []byte("\xff\xfe")), bytes.HasPrefix(line, []byte("\xfe\xff")):
		return errors.New("the text is in UTF-16: save it as UTF-8")
	case !bytes.ContainsRune(line, ',') && bytes.ContainsAny(line, ";\t"):
		return separators(line)
	}
	first, err := fields(line)
	if err != nil {
		return fmt.Errorf("line %d: %w", r.number, err)
	}
	r.width = len(first)
	if (ReadOptions{}).isHeader(first) || slices.ContainsFunc(names, func(name string) bool { return name != "" && slices.Contains(first, name) }) {
		r.header = first
	}
	if r.header != nil && slices.ContainsFunc(names, func(name string) bool { return name != "" }) {
		return r.match(names)
	}
	if r.width != width {
		hint := ""
		if r.width == width+1 {
			hint = ": leave the label out, or name the columns in a first line"
		}
		return fmt.Errorf("line %d has %d columns, and the model takes %d%s", r.number, r.width, width, hint)
	}
	for i := range width {
		r.place = append(r.place, i)
	}
	if r.pending = r.header == nil; r.pending {
		return r.parse(line)
	}
	return nil
}

// match finds each feature by its name.
func (r *RowReader) match(names []string) error {
	r.place = make([]int, r.width)
	for i := range r.place {
		r.place[i] = -1
	}
	for feature, name := range names {
		column := slices.Index(r.header, name)
		if column >= 0 && slices.Contains(r.header[column+1:], name) {
			return fmt.Errorf("column %.40q is there twice", name)
		}
		if column < 0 {
			column = slices.IndexFunc(r.header, func(s string) bool { return strings.EqualFold(s, name) })
		}
		switch {
		case column < 0:
			return fmt.Errorf("there is no column %.40q, which the model takes", name)
		case r.place[column] >= 0:
			return fmt.Errorf("column %.40q would be two of the model's features", name)
		}
		r.place[column] = feature
	}
	for column, feature := range r.place {
		if feature < 0 {
			r.unused = append(r.unused, r.header[column])
		}
	}
	return nil
}

// Unused lists the columns that are no feature of the model, by name.
func (r *RowReader) Unused() []string { return r.unused }

// Next returns the next example's features, valid until the call after, or io.EOF.
func (r *RowReader) Next() ([]float64, error) {
	if r.pending {
		r.pending = false
		return r.row, nil
	}
	line, err := r.line()
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if err == nil {
		err = r.parse(line)
	}
	if err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", r.path, err)
	}
	return r.row, nil
}

func (r *RowReader) parse(line []byte) error {
	column := 0
	for more := true; more; column++ {
		var text []byte
		var err error
		if text, line, more, err = field(line); err != nil {
			return fmt.Errorf("line %d, column %d: %w", r.number, column+1, err)
		}
		if column >= r.width || r.place[column] < 0 {
			continue
		}
		if r.row[r.place[column]], err = parseValue(text); err != nil {
			return fmt.Errorf("line %d, column %d: %w", r.number, column+1, err)
		}
	}
	if column != r.width {
		return fmt.Errorf("line %d has %d columns, and the first line %d", r.number, column, r.width)
	}
	return nil
}

// Close closes the file.
func (r *RowReader) Close() error { return r.file.Close() }
