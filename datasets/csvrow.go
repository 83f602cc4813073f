package datasets

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// field splits the first field off a line and removes its quotes and the spaces around it. more reports whether another
// field follows. Within quotes a comma is text, and two quotes stand for one.
func field(line []byte) (value, rest []byte, more bool, err error) {
	if len(line) > 0 && line[0] > ' ' && line[0] != '"' { // most fields
		value, rest, more = bytes.Cut(line, []byte{','})
		if n := len(value); n > 0 && value[n-1] <= ' ' {
			value = bytes.TrimSpace(value)
		}
		return value, rest, more, nil
	}
	text := bytes.TrimLeft(line, " \t")
	if len(text) == 0 || text[0] != '"' {
		value, rest, more = bytes.Cut(line, []byte{','})
		return bytes.TrimSpace(value), rest, more, nil
	}
	end, doubled := 1, false
	for ; ; end++ {
		i := bytes.IndexByte(text[end:], '"')
		if i < 0 {
			return nil, nil, false, errors.New("a quote is opened and not closed on this line")
		}
		if end += i; end+1 == len(text) || text[end+1] != '"' {
			break
		}
		end++
		doubled = true
	}
	value = bytes.TrimSpace(text[1:end])
	if doubled {
		value = bytes.ReplaceAll(value, []byte(`""`), []byte(`"`))
	}
	if rest = bytes.TrimLeft(text[end+1:], " \t"); len(rest) == 0 {
		return value, nil, false, nil
	}
	if rest[0] != ',' {
		return nil, nil, false, fmt.Errorf("%.20q follows a closing quote: a comma is expected", rest)
	}
	return value, rest[1:], true, nil
}

// fields returns all fields of a line as strings.
func fields(line []byte) (list []string, err error) {
	for more := true; more; {
		var value []byte
		if value, line, more, err = field(line); err != nil {
			return nil, fmt.Errorf("column %d: %w", len(list)+1, err)
		}
		list = append(list, string(value))
	}
	return list, nil
}

// isHeader reports whether a first line has column names. It has if none of its fields is a number or stands for a
// missing number, or if a field is a name that only a header has. Any other line with a number in it is data; a mistake
// in it is an error, so that it is not skipped.
func (opt ReadOptions) isHeader(names []string) bool {
	sure := []string{"label", "class", "target", "species"} // y is also an answer, yes or no
	for _, name := range append(slices.Clone(opt.Targets), opt.Label) {
		if _, err := strconv.Atoi(name); err != nil && name != "" {
			sure = append(sure, name)
		}
	}
	text := true
	for _, name := range names {
		if slices.ContainsFunc(sure, func(s string) bool { return strings.EqualFold(s, name) }) {
			return true
		}
		_, err := strconv.ParseFloat(name, 64)
		text = text && err != nil && !errors.Is(err, strconv.ErrRange) && (name == "" || !isMissing([]byte(name)))
	}
	return text
}

// isMissing reports whether a field stands for a missing value.
func isMissing(field []byte) bool {
	if len(field) > 4 {
		return false
	}
	switch strings.ToLower(string(field)) {
	case "", "?", "na", "n/a", "nan", "null":
		return true
	}
	return false
}

// parseNumber is strconv.ParseFloat with a faster way for pixels.
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

// parseValue reads a feature or a target.
func parseValue(field []byte) (float64, error) {
	if len(field) == 1 && field[0]-'0' <= 9 { // most pixels
		return float64(field[0] - '0'), nil
	}
	v, err := parseNumber(field)
	switch {
	case err == nil && !math.IsNaN(v) && math.Abs(v) <= math.MaxFloat32:
		return v, nil
	case len(field) == 0:
		return 0, errors.New("the field is empty: fill in its value, or leave the row out")
	case isMissing(field):
		return 0, fmt.Errorf("%q is not a finite number: fill in its value, or leave the row out", field)
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%.20q is too large a number", field)
	case err == nil:
		return 0, fmt.Errorf("%.20q is not a finite 32-bit number", field)
	case bytes.ContainsAny(field, ";\t"):
		return 0, separators(field)
	}
	return 0, fmt.Errorf("%.20q %w", field, ErrText)
}

func isText(err error) bool { return errors.Is(err, ErrText) }

// separators is the error for text whose fields are separated by something else than commas.
func separators(text []byte) error {
	between := "tabs"
	if bytes.ContainsRune(text, ';') {
		between = "semicolons"
	}
	return fmt.Errorf("%.20q: this file has %s between its fields: save it with commas", text, between)
}
