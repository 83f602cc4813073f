package datasets

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// assign gives each column its role, once the number of columns is known.
func (t *table) assign() error {
	t.roles, t.place = make([]role, t.width), make([]int, t.width)
	t.stored = t.width
	switch {
	case t.opt.Task == Regress && t.opt.Label != "":
		return &ColumnError{t.opt.Label, "a regression has no classes: its columns are those of the targets"}
	case t.opt.Task != Regress && len(t.opt.Targets) > 0:
		return &ColumnError{t.opt.Targets[0], "values to predict are for a regression"}
	case t.width == 1 && t.opt.Task != Reconstruct:
		return fmt.Errorf("column 1: %w", errNoFeatures)
	case t.opt.Task == Regress:
		return t.assignTargets()
	}
	return t.assignLabel()
}

func (t *table) assignTargets() error {
	list := t.opt.Targets
	if len(list) == 0 {
		column, found, err := t.named()
		if err != nil {
			return err
		}
		if !found {
			column, t.guessed = t.first(), true
		}
		t.outputs = []int{column}
	}
	for _, text := range list {
		column, err := t.find(text)
		if err != nil {
			return err
		}
		if slices.Contains(t.outputs, column) {
			return &ColumnError{text, "it is there twice"}
		}
		t.outputs = append(t.outputs, column)
	}
	for i, column := range t.outputs {
		t.roles[column], t.place[column] = targetRole, i
	}
	t.target = make([]float64, len(t.outputs))
	if t.stored -= len(t.outputs); t.stored == 0 {
		return &ColumnError{list[0], "all columns are targets: there are no features"}
	}
	return nil
}

func (t *table) assignLabel() error {
	column, found, err := t.named()
	if t.opt.Label != "" {
		column, err = t.find(t.opt.Label)
		found = true
	}
	switch {
	case err != nil:
		return err
	case found && t.width == 1:
		return fmt.Errorf("column 1: %w", errNoFeatures)
	case found:
		t.chosen = true
		t.stored--
		t.labels = []*labelColumn{newLabelColumn(column, true)}
	case t.width > 1:
		t.labels = []*labelColumn{newLabelColumn(t.first(), false)}
		if last := t.width - 1; last > t.first() {
			t.labels = append(t.labels, newLabelColumn(last, false))
		}
	}
	for _, c := range t.labels {
		t.roles[c.column] = labelRole
	}
	return nil
}

// first returns the first column that can be learned. A column without a name that numbers the rows cannot.
func (t *table) first() int {
	if t.header != nil && t.header[0] == "" && t.width > 1 {
		return 1
	}
	return 0
}

// named finds the column whose name in the header marks it as the label or the target.
func (t *table) named() (column int, found bool, err error) {
	for _, name := range targetNames {
		var columns []int
		for i, h := range t.header {
			if strings.EqualFold(h, name) {
				columns = append(columns, i)
			}
		}
		switch len(columns) {
		case 0:
			continue
		case 1:
			return columns[0], true, nil
		}
		return 0, false, &ColumnError{name, calledSo(columns)}
	}
	return 0, false, nil
}

func calledSo(columns []int) string {
	numbers := make([]string, len(columns))
	for i, c := range columns {
		numbers[i] = strconv.Itoa(c + 1)
	}
	if len(numbers) > 6 {
		numbers = append(numbers[:6], "…")
	}
	return fmt.Sprintf("columns %s are called so: say which by its number", strings.Join(numbers, ", "))
}

// find returns the column with a name or a number. A name in the same case wins over a name in another case.
func (t *table) find(text string) (int, error) {
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		var columns []int
		for i, h := range t.header {
			if same(h, text) {
				columns = append(columns, i)
			}
		}
		switch len(columns) {
		case 0:
			continue
		case 1:
			return columns[0], nil
		}
		return 0, &ColumnError{text, calledSo(columns)}
	}
	n, err := strconv.Atoi(text)
	switch {
	case err == nil && n >= 1 && n <= t.width:
		return n - 1, nil
	case err == nil:
		return 0, &ColumnError{text, fmt.Sprintf("the table has columns 1 to %d", t.width)}
	case t.header == nil:
		return 0, &ColumnError{text, fmt.Sprintf("the table has no header with names: say which by a number from 1 to %d", t.width)}
	}
	return 0, &ColumnError{text, "no column is called so; there are " + listNames(t.header)}
}

// decide picks the label and gives the other candidates their roles. It returns nil if there is no label.
func (t *table) decide(d *Dataset) (*labelColumn, error) {
	if len(t.outputs) > 0 {
		list := make([]string, len(t.outputs))
		for i, column := range t.outputs {
			list[i] = t.shortAt(column)
		}
		d.origin = "the target is column " + list[0]
		if len(list) > 1 {
			d.origin = "the targets are columns " + strings.Join(list, ", ")
		}
		if t.guessed {
			d.origin += "; -target-columns names another"
		}
		d.origin += t.namesakes(t.outputs...)
		return nil, nil
	}
	if t.chosen {
		d.origin = "the label is column " + t.shortAt(t.labels[0].column)
		if t.opt.Task == Reconstruct {
			d.origin += ", which is left out"
		}
		d.origin += t.namesakes(t.labels[0].column)
		return t.labels[0], nil
	}
	best, other, err := t.guess()
	if err != nil {
		return nil, err
	}
	for _, c := range t.labels {
		if c == best || c.text == nil || best == nil && t.opt.Task != Reconstruct && !c.noted {
			continue
		}
		if best == nil {
			return nil, fmt.Errorf("line %d, %s: %w", c.textAt, t.at(c.column), c.text)
		}
		return nil, fmt.Errorf("line %d, %s: %w, and the label was taken to be column %s", c.textAt, t.at(c.column), c.text, t.shortAt(best.column))
	}
	switch {
	case best != nil:
		d.origin = "the label is column " + t.shortAt(best.column)
		if t.opt.Task == Reconstruct {
			d.origin += ", which is left out"
		}
		if other != nil {
			d.origin += fmt.Sprintf("; column %s could be it, too: use -label-column %s", t.shortAt(other.column), t.askFor(other.column))
		}
	case t.opt.Task == Reconstruct:
		d.origin = "all columns are inputs"
	default:
		return nil, &ColumnError{"", "neither the first column nor the last can be the label, which is text or whole numbers " +
			"that several rows share: say which column it is, or choose a regression to predict values"}
	}
	return best, nil
}

// shortAt names a column by its number and its name.
func (t *table) shortAt(column int) string {
	if t.header == nil || t.header[column] == "" {
		return strconv.Itoa(column + 1)
	}
	return fmt.Sprintf("%d (%s)", column+1, printable(t.header[column]))
}

// storedAt returns the place of a column among the stored columns.
func (t *table) storedAt(column int) int {
	at := 0
	for _, r := range t.roles[:column] {
		if r != targetRole {
			at++
		}
	}
	return at
}
