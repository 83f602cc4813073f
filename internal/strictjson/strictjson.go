// Package strictjson decodes JSON that must be what was asked for, no more and no less.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode"
)

// Decode sets v to the one JSON value in data. Fields that v does not have and anything after the value are errors.
func Decode(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		if errors.Is(err, io.EOF) {
			return errors.New("there is no JSON")
		}
		return OneLine(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after the JSON value")
	}
	return nil
}

// OneLine is err with a text of one short line: what is quoted in it may come from a file.
func OneLine(err error) error { return shortened{err} }

type shortened struct{ error }

func (s shortened) Error() string {
	const most = 400
	text := s.error.Error()
	if len(text) > most {
		text = text[:most] + "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
}

func (s shortened) Unwrap() error { return s.error }
