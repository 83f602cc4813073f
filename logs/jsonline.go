package logs

import (
	"encoding/json"
	"math"
	"strconv"
)

// A line is built by hand: encoding/json would allocate in a training step, and refuses NaN.

// millis is RFC 3339 with three digits of a second.
const millis = "2006-01-02T15:04:05.000Z07:00"

// beginning is what every line has first.
const beginning = `{"event":"`

// head begins a line.
func (j *JSONLines) head(event string, step int) {
	j.line = append(append(append(j.line[:0], beginning...), event...), '"')
	j.key("time")
	j.line = append(j.line, '"')
	j.line = j.time().UTC().AppendFormat(j.line, millis)
	j.line = append(j.line, '"')
	j.integer("step", step)
}

// finish ends a line and writes it.
func (j *JSONLines) finish() error {
	j.line = append(j.line, '}', '\n')
	return j.put(j.line)
}

// key adds a name to the object that is open, with the comma before it unless it is the first.
func (j *JSONLines) key(name string) {
	if j.line[len(j.line)-1] != '{' {
		j.line = append(j.line, ',')
	}
	j.line = append(appendString(j.line, name), ':')
}

func (j *JSONLines) integer(name string, v int) {
	j.key(name)
	j.line = strconv.AppendInt(j.line, int64(v), 10)
}

// number adds a value with all its digits; null for NaN and infinities.
func (j *JSONLines) number(name string, v float64) {
	j.key(name)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		j.line = append(j.line, "null"...)
		return
	}
	j.line = strconv.AppendFloat(j.line, v, 'g', -1, 64)
}

// appendString quotes s for JSON.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // a string is never refused
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
