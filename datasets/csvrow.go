package datasets

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// isHeader tells whether a first line is column names: none of its fields is a number. With one, the line is taken for
// data with a mistake in it, which is told rather than skipped.
func isHeader(line []byte) bool {
	for field := range bytes.SplitSeq(line, []byte{','}) {
		if _, err := parseNumber(unquote(field)); err == nil || errors.Is(err, strconv.ErrRange) {
			return false
		}
	}
	return true
}

// add appends one line of data. Its errors begin with the column.
func (t *table) add(line []byte) error {
	column := 0
	for more := true; more; column++ {
		var field []byte
		field, line, more = bytes.Cut(line, []byte{','})
		v, err := parseNumber(field)
		if err != nil {
			if field = unquote(field); len(field) == 0 {
				return fmt.Errorf("column %d: the field is empty", column+1)
			}
			if v, err = parseNumber(field); err != nil {
				err = notNumber(field, err, column == 0)
				if column == 0 && t.width < 0 {
					err = fmt.Errorf("%w; a header would have no number in it", err)
				}
				return fmt.Errorf("column %d: %w", column+1, err)
			}
		}
		if column == 0 {
			label, err := checkLabel(v)
			if err != nil {
				return fmt.Errorf("column 1: %w", err)
			}
			t.labels = append(t.labels, label)
			continue
		}
		if math.IsNaN(v) || math.Abs(v) > math.MaxFloat32 {
			return fmt.Errorf("column %d: %.20q is not a finite 32-bit number", column+1, field)
		}
		if t.width >= 0 && column > t.width {
			return fmt.Errorf("column %d: the lines before have %d columns", column+1, t.width+1)
		}
		t.bytes = t.bytes && v >= 0 && v <= 255 && v == math.Trunc(v)
		t.top = max(t.top, v)
		t.x = append(t.x, float32(v))
	}
	switch {
	case column == 1:
		return errors.New("column 1: there are no features: a label, then numbers separated by commas are expected")
	case t.width >= 0 && column != t.width+1:
		return fmt.Errorf("column %d: the line ends here, the lines before have %d columns", column, t.width+1)
	case len(t.x) > maxValues:
		return fmt.Errorf("column %d: more than %d values do not fit in memory", column, maxValues)
	}
	t.width = column - 1
	return nil
}

// parseNumber is strconv.ParseFloat with a short way for pixels.
func parseNumber(field []byte) (float64, error) {
	if n := len(field); n > 0 && n <= 9 {
		v := 0
		for i, c := range field {
			if c < '0' || c > '9' {
				break
			}
			v = 10*v + int(c-'0')
			if i == n-1 {
				return float64(v), nil
			}
		}
	}
	return strconv.ParseFloat(string(field), 64)
}

// unquote takes the spaces and then the quotes off a field.
func unquote(field []byte) []byte {
	field = bytes.TrimSpace(field)
	if n := len(field); n >= 2 && field[0] == '"' && field[n-1] == '"' {
		field = bytes.TrimSpace(field[1 : n-1])
	}
	return field
}

func notNumber(field []byte, err error, label bool) error {
	switch {
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%.20q is too large a number", field)
	case bytes.ContainsAny(field, ";\t"):
		return fmt.Errorf("%.20q is not a number: columns are separated by commas here", field)
	case label:
		return fmt.Errorf("%.20q is not a number: labels are in the first column, numbered 0, 1, 2, …", field)
	}
	return fmt.Errorf("%.20q is not a number", field)
}
