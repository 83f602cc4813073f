package datasets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
)

// role is what a column is for.
type role int8

const (
	featureRole role = iota
	labelRole        // may be the label; its numbers are kept among the features until that is decided
	targetRole
)

// table is the part of a CSV file that has been read.
type table struct {
	opt    ReadOptions
	room   room     // memory that it may still take
	header []string // nil: none
	width  int      // columns; 0 before the first line
	rows   int

	roles   []role // by column
	stored  int    // columns in values
	counted bool   // the first column numbers the rows and has been removed
	values  store  // rows×stored: features, and columns that may be the label
	labels  []*labelColumn
	chosen  bool // the first of labels was asked for, or has a label's name
	outputs []int
	guessed bool  // outputs is the first column, because no other was named
	targets store // rows×len(outputs), in the order of outputs
	target  []float64
	place   []int // column → place in target
}

func newTable(ctx context.Context, opt ReadOptions) *table {
	return &table{opt: opt, room: room{ctx: ctx}}
}

// take reads a line that is not blank. Its errors begin with the column.
func (t *table) take(line []byte, number int) error {
	if t.width > 0 {
		return t.add(line, number)
	}
	switch {
	case bytes.HasPrefix(line, []byte("\xff\xfe")), bytes.HasPrefix(line, []byte("\xfe\xff")):
		return errors.New("column 1: the text is in UTF-16: save it as UTF-8")
	case bytes.ContainsRune(line, '\r'):
		return errors.New("column 1: the lines end in a carriage return alone: save the file with line feeds")
	}
	if !bytes.ContainsRune(line, ',') && bytes.ContainsAny(line, ";\t") {
		return fmt.Errorf("column 1: %w", separators(line))
	}
	names, err := fields(line)
	if err != nil {
		return err
	}
	header := t.opt.isHeader(names)
	if header {
		t.header = names
	}
	t.width = len(names)
	if err := t.assign(); err != nil || header {
		return err
	}
	return t.add(line, number)
}

// at names a column for a message.
func (t *table) at(column int) string {
	if t.header != nil && column < len(t.header) && t.header[column] != "" {
		return fmt.Sprintf("column %d, %.30q", column+1, t.header[column])
	}
	return fmt.Sprintf("column %d", column+1)
}

// add appends one line of data.
func (t *table) add(line []byte, number int) error {
	if t.rows == 0 {
		t.noteText(line)
	}
	column, label := 0, 0
	for more := true; more; column++ {
		var text []byte
		var err error
		if text, line, more, err = field(line); err != nil {
			return fmt.Errorf("%s: %w", t.at(column), err)
		}
		if column >= t.width {
			return fmt.Errorf("column %d: the lines before have %d columns", column+1, t.width)
		}
		var v float64
		switch t.roles[column] {
		case labelRole:
			v, err = t.labels[label].add(text, number)
			label++
		default:
			v, err = parseValue(text)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", t.at(column), err)
		}
		if t.roles[column] == targetRole {
			t.target[t.place[column]] = v
			continue
		}
		if t.roles[column] == labelRole && t.chosen {
			continue
		}
		t.values.add(v)
	}
	if column != t.width {
		return fmt.Errorf("%s: the line ends here, the lines before have %d columns", t.at(column-1), t.width)
	}
	for _, v := range t.target {
		t.targets.add(v)
	}
	t.rows++
	if len(t.values.x) > maxValues {
		return fmt.Errorf("column %d: more than %d values do not fit in memory", column, maxValues)
	}
	return nil
}

// reserve makes room for the rest of the file, once the first rows have shown how long a row is. Doubling a table of
// hundreds of megabytes would hold it in memory three times.
func (t *table) reserve(size, consumed int64) error {
	const sample = 64
	if t.rows != sample || size <= consumed || t.stored == 0 {
		held := t.values.bytes() + t.targets.bytes()
		for _, c := range t.labels {
			held += 4 * int64(cap(c.coder.codes))
		}
		return t.room.hold(held)
	}
	rows := int(float64(size) / float64(consumed) * sample * 1.02)
	if rows > sample && rows < maxValues/t.stored {
		if err := t.room.take(int64(rows) * (t.values.each()*int64(t.stored) + t.targets.each()*int64(len(t.outputs)) + 4*int64(len(t.labels)))); err != nil {
			return err
		}
		t.values.grow(rows * t.stored)
		t.targets.grow(rows * len(t.outputs))
	}
	return nil
}

// dataset makes a data set of the table, once all of it has been read.
func (t *table) dataset() (*Dataset, error) {
	if err := t.slips(); err != nil {
		return nil, err
	}
	if t.rows < minRows {
		return nil, fmt.Errorf("%d rows of data: at least %d are needed to hold out a fifth for testing", t.rows, minRows)
	}
	d := &Dataset{}
	label, err := t.decide(d)
	if err != nil {
		return nil, err
	}
	if label != nil && !t.chosen {
		t.values.dropColumn(t.storedAt(label.column), t.stored)
		t.stored--
	}
	t.dropRowNumbers(d)
	all := Split{X: t.values.x, exact: t.values.exact}
	switch {
	case t.guessed && areClasses(t.targets):
		return nil, ErrClasses
	case len(t.outputs) > 0:
		all.Targets, all.exactTargets, all.Outputs = t.targets.x, t.targets.exact, len(t.outputs)
	default:
		if all.Labels, err = t.classes(d, label); err != nil {
			return nil, err
		}
	}
	t.names(d, label)
	d.Shape = []int{t.stored}
	if d.Train, d.Test, err = divide(all); err != nil {
		return nil, err
	}
	d.takePixels(bounds(all))
	return d, nil
}

// dropRowNumbers removes a first column without a name that only numbers the rows; data frames are often written with
// such a column. In a sorted file it would give the label away. It says nothing about a new example.
func (t *table) dropRowNumbers(d *Dataset) {
	if t.header == nil || t.header[0] != "" || t.roles[0] != featureRole || t.stored < 2 {
		return
	}
	first := t.values.x[0]
	if first != 0 && first != 1 {
		return
	}
	for i := range t.rows {
		if t.values.at(i*t.stored) != float64(first)+float64(i) {
			return
		}
	}
	t.values.dropColumn(0, t.stored)
	t.stored--
	t.counted = true
	d.origin += "; column 1 numbers the rows and is left out"
}

// classes returns the labels of the rows. If the task needs no labels, all rows have one class.
func (t *table) classes(d *Dataset, label *labelColumn) ([]int32, error) {
	if label != nil {
		labels, names, err := label.classes(t.header != nil)
		if err == nil {
			d.Classes, d.ClassNames = len(names), names
			if t.opt.Task == Classify {
				d.origin += rare(labels, names)
			}
			return labels, nil
		}
		if t.opt.Task != Reconstruct {
			return nil, fmt.Errorf("line %d, %s: %w", label.culprit, t.at(label.column), err)
		}
	}
	d.Classes = 1
	return make([]int32, t.rows), nil
}

// areClasses reports whether values look like labels.
func areClasses(values store) bool {
	seen := map[float32]bool{}
	for _, v := range values.x {
		if seen[v] = true; values.exact != nil || float64(v) != math.Trunc(float64(v)) || 2*len(seen) > len(values.x) {
			return false
		}
	}
	return true
}

// names sets the names of features and targets from the header.
func (t *table) names(d *Dataset, label *labelColumn) {
	if t.header == nil {
		return
	}
	for column, name := range t.header {
		if column == 0 && t.counted {
			continue
		}
		if t.roles[column] != targetRole && (label == nil || column != label.column) {
			d.FeatureNames = append(d.FeatureNames, name)
		}
	}
	for _, column := range t.outputs {
		d.TargetNames = append(d.TargetNames, t.header[column])
	}
}

// bounds reports whether all inputs are whole numbers, and returns the least and the greatest.
func bounds(s Split) (whole bool, low, high float64) {
	if s.exact != nil {
		return boundsOf(s.exact)
	}
	return boundsOf(s.X)
}

func boundsOf[T float32 | float64](x []T) (whole bool, low, high float64) {
	whole, low, high = true, math.Inf(1), math.Inf(-1)
	for _, v := range x {
		v := float64(v)
		whole = whole && v == math.Trunc(v)
		low, high = min(low, v), max(high, v)
	}
	return whole, low, high
}

var errNoFeatures = errors.New("there are no features: a table needs the label or the targets, and other columns of numbers, separated by commas")
