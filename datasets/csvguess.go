package datasets

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// fewClasses is the greatest number of distinct whole numbers that make a label whatever they are. If there are more,
// they must be counted from 0 or 1, which ages and years are not.
const fewClasses = 10

// manyClasses is the number of counted labels above which a last column with a fifth of them is the label instead.
const manyClasses = 20

// noteText makes a column a candidate for the label if its first field is text, since text cannot be a feature. It is
// called for the first row of data, before anything is stored.
func (t *table) noteText(line []byte) {
	if t.chosen || len(t.outputs) > 0 || t.opt.Task == Regress {
		return
	}
	list, err := fields(line)
	if err != nil || len(list) != t.width {
		return // told by add
	}
	for column, text := range list {
		if _, err := parseValue([]byte(text)); isText(err) && t.roles[column] == featureRole {
			t.roles[column] = labelRole
			c := newLabelColumn(column, false)
			c.noted = true
			t.labels = append(t.labels, c)
		}
	}
	slices.SortFunc(t.labels, func(a, b *labelColumn) int { return a.column - b.column })
}

// slips refuses columns of numbers in which only the first field is text.
func (t *table) slips() error {
	for _, c := range t.labels {
		if c.noted && !c.isTextual() {
			return fmt.Errorf("line %d, %s: %w", c.textAt, t.at(c.column), c.text)
		}
	}
	return nil
}

// isTextual reports whether a column is text. A column of numbers with one mistyped field is not.
func (c *labelColumn) isTextual() bool {
	words := 0
	for _, key := range c.coder.keys {
		if _, ok := labelNumber(key); !ok {
			words++
		}
	}
	return 2*words > len(c.coder.keys)
}

// isClear reports whether a column looks like a label on its own: it has few classes, or whole numbers counted from 0 or
// 1 of which at most half are missing.
func (c *labelColumn) isClear() bool {
	keys := c.coder.keys
	if c.suits() < 2 {
		return false
	}
	if len(keys) <= fewClasses || !c.numeric() {
		return true
	}
	var numbers []float64
	for _, key := range keys {
		v, _ := labelNumber(key)
		numbers = append(numbers, v)
	}
	low, high := slices.Min(numbers), slices.Max(numbers)
	return (low == 0 || low == 1) && high-low < 2*float64(len(keys))
}

// guess picks the label where no name says which column it is, and returns another column that could be the label. A
// single column of text is the label. Among numbers the label is the first column or the last: the column with the
// better suits, then the first column if it looks like a label, then the column with far fewer classes. In front of an
// image's pixels it is the first column. If no column looks like a label, the error asks for a name; an autoencoder
// keeps all columns.
func (t *table) guess() (best, other *labelColumn, err error) {
	var fit, text []*labelColumn
	score := 1
	for _, c := range t.labels {
		s := c.suits()
		if s == 0 || t.opt.Task == Reconstruct && s == 1 { // no more than a constant feature
			continue
		}
		if c.isTextual() && s > 1 {
			text = append(text, c)
		}
		if s > score {
			fit, score = nil, s
		}
		if s == score {
			fit = append(fit, c)
		}
	}
	switch {
	case len(text) == 1:
		return text[0], nil, nil
	case len(fit) == 0:
		return nil, nil, nil
	}
	best = fit[0]
	if len(fit) > 1 {
		other = fit[len(fit)-1]
	}
	if score == 1 || len(text) > 1 || isSquareImage(t.width-1) && best.column == 0 {
		return best, other, nil
	}
	if other != nil {
		first, last := len(best.coder.keys), len(other.coder.keys)
		switch {
		case best.isClear() && (first <= manyClasses || 5*last > first):
			return best, other, nil
		case 3*last <= first:
			best, other = other, best
		case 3*first > last:
			return t.unclear(fit)
		}
	}
	if !best.isClear() {
		return t.unclear(fit)
	}
	return best, other, nil
}

// unclear is the error that asks for the label.
func (t *table) unclear(fit []*labelColumn) (best, other *labelColumn, err error) {
	if t.opt.Task == Reconstruct {
		return nil, nil, nil
	}
	var list []string
	for _, c := range fit {
		list = append(list, fmt.Sprintf("column %s has %d different values", t.shortAt(c.column), len(c.coder.keys)))
	}
	reason := strings.Join(list, ", ") + ", which may be a label or a number: say which column is the label"
	if t.header != nil {
		reason += ", of " + listNames(t.header)
	}
	return nil, nil, &ColumnError{"", reason}
}

// askFor says how the options ask for a column.
func (t *table) askFor(column int) string {
	if t.header != nil {
		if name := printable(t.header[column]); name == t.header[column] {
			if found, err := t.find(name); err == nil && found == column {
				if strings.ContainsAny(name, " '$`\\&;|<>()*?!#~") {
					return strconv.Quote(name)
				}
				return name
			}
		}
	}
	return strconv.Itoa(column + 1)
}

// namesakes lists the features whose names are a label's. They may give the label away.
func (t *table) namesakes(learned ...int) string {
	var list []string
	for column, name := range t.header {
		if !slices.Contains(learned, column) && slices.ContainsFunc(targetNames[:3], func(s string) bool { return strings.EqualFold(s, name) }) {
			list = append(list, t.shortAt(column))
		}
	}
	switch len(list) {
	case 0:
		return ""
	case 1:
		return "; column " + list[0] + " stays a feature: take it out of the file if it gives the answer away"
	}
	return "; columns " + strings.Join(list, ", ") + " stay features: take them out of the file if they give the answer away"
}
