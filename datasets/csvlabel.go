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

// labelColumn is a column that is or may be the label. A label may be any text; whether it is a feature instead is
// decided at the end.
type labelColumn struct {
	column  int
	asked   bool // not a guess
	noted   bool // a candidate for its first field alone, which is text
	coder   *coder[string]
	lines   []int // where each of the coder's keys is first seen
	culprit int   // line that an error is about
	full    error // too many classes; nil: not yet
	text    error // its first text, as an error of a feature; nil: all are numbers
	textAt  int   // line
}

func newLabelColumn(column int, asked bool) *labelColumn {
	return &labelColumn{column: column, asked: asked, coder: newCoder[string]()}
}

// add notes a label and returns its number; 0 for text.
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

// labelNumber is a label's number, if it is one.
func labelNumber(key string) (float64, bool) {
	v, err := strconv.ParseFloat(key, 64)
	return v, err == nil && !math.IsInf(v, 0) && !math.IsNaN(v)
}

// numeric tells whether all labels are numbers.
func (c *labelColumn) numeric() bool {
	for _, key := range c.coder.keys {
		if _, ok := labelNumber(key); !ok {
			return false
		}
	}
	return true
}

// suits tells how well the column would do as a label: 3 well, 2 if there is nothing better, 1 if it has to, 0 not at
// all.
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

// classes numbers the labels, and gives the names of the classes.
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
	for i, name := range names { // 01 and 1.0 are 1
		v, _ := labelNumber(name)
		names[i] = strconv.FormatInt(int64(v), 10)
	}
	return labels, names, nil
}

// check refuses labels that are no classes.
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
	// A header with a number in it would be data of a class of its own.
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
