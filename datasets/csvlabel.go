package datasets

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// labelColumn is a column that is the label or may be. A label may be any text. Whether the column is a feature instead
// is decided at the end.
type labelColumn struct {
	column  int
	asked   bool // named by the options or by the header, not guessed
	noted   bool // a candidate only because its first field is text
	coder   *coder[string]
	lines   []int // the line where each key of the coder is first seen
	culprit int   // the line that an error is about
	full    error // the error of too many classes; nil: there are not too many
	text    error // the error of its first text, if it were a feature; nil: all its fields are numbers
	textAt  int   // line
}

func newLabelColumn(column int, asked bool) *labelColumn {
	return &labelColumn{column: column, asked: asked, coder: newCoder[string]()}
}

// add stores a label and returns its number, or 0 for text.
func (c *labelColumn) add(field []byte, line int) (float64, error) {
	if isMissing(field) {
		_, err := parseValue(field)
		return 0, err
	}
	if c.full == nil {
		code, ok := c.coder.index[string(field)] // does not allocate
		if ok {
			c.coder.codes = append(c.coder.codes, code)
		} else if c.full = c.coder.add(string(field)); c.full != nil && c.asked {
			return 0, c.full
		} else if c.full == nil {
			c.lines = append(c.lines, line)
		}
	}
	v, err := parseValue(field)
	if err != nil {
		if c.text == nil {
			c.text, c.textAt = err, line
		}
		return 0, nil
	}
	return v, nil
}

// labelNumber returns the number that a label's text stands for, and whether it stands for a number.
func labelNumber(key string) (float64, bool) {
	v, err := strconv.ParseFloat(key, 64)
	return v, err == nil && !math.IsInf(v, 0) && !math.IsNaN(v)
}

// numeric reports whether all labels are numbers.
func (c *labelColumn) numeric() bool {
	for _, key := range c.coder.keys {
		if _, ok := labelNumber(key); !ok {
			return false
		}
	}
	return true
}

// suits rates the column as a label: 3 is good, 2 is acceptable if no other column is better, 1 is a last resort, 0 is
// no label.
func (c *labelColumn) suits() int {
	distinct, rows := len(c.coder.keys), len(c.coder.codes)
	if c.full != nil || distinct == rows {
		return 0
	}
	if c.numeric() {
		for _, key := range c.coder.keys {
			v, _ := labelNumber(key)
			if _, err := checkLabel(v); err != nil {
				return 0
			}
		}
	}
	switch {
	case distinct == 1:
		return 1
	case 2*distinct <= rows:
		return 3
	}
	return 2
}

// classes numbers the labels and returns the names of the classes.
func (c *labelColumn) classes(header bool) (labels []int32, names []string, err error) {
	if c.full != nil {
		return nil, nil, c.full
	}
	if err := c.check(header); err != nil {
		return nil, nil, err
	}
	if !c.numeric() {
		labels, names = c.coder.rank(strings.Compare)
		return labels, names, nil
	}
	labels, names = c.coder.rank(func(a, b string) int {
		v, _ := labelNumber(a)
		w, _ := labelNumber(b)
		return cmp.Compare(v, w)
	})
	for i, name := range names { // 01 and 1.0 are both 1
		v, _ := labelNumber(name)
		names[i] = strconv.FormatInt(int64(v), 10)
	}
	return labels, names, nil
}

// check refuses labels that cannot be classes.
func (c *labelColumn) check(header bool) error {
	c.culprit = c.lines[0]
	if c.numeric() {
		for i, key := range c.coder.keys {
			v, _ := labelNumber(key)
			if _, err := checkLabel(v); err != nil {
				c.culprit = c.lines[i]
				return err
			}
		}
		return nil
	}
	if len(c.coder.keys) == len(c.coder.codes) {
		return errors.New("every row has a label of its own: are these labels?")
	}
	// A header with a number in it would be read as data of a class of its own.
	first := c.coder.keys[0]
	if _, ok := labelNumber(first); ok || header || len(c.coder.keys) < 2 {
		return nil
	}
	for _, code := range c.coder.codes[1:] {
		if code == 0 {
			return nil
		}
	}
	if slices.ContainsFunc(targetNames, func(name string) bool { return strings.EqualFold(name, first) }) {
		return fmt.Errorf("%.20q is the label of no other row, and reads like the name of the column; a header would have no number in it", first)
	}
	for _, key := range c.coder.keys[1:] {
		if _, ok := labelNumber(key); !ok {
			return nil
		}
	}
	return fmt.Errorf("%.20q is not a number, and all labels below it are; a header would have no number in it", first)
}
