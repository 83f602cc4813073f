// Package predictions writes a table of what a model predicts for a table of examples.
package predictions

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/gokfac/gokfac/trainer"
)

// Table is a table of predictions, one for each example, in their order. Of a
// classifier it has the columns
//
//	class,probability of NAME,…
//
// a probability for each class, and of other models a column for each value, in the
// values' own units. Numbers come back to the bit. In front is a column, file, if the
// examples have names.
type Table struct {
	Predictor   *trainer.Predictor
	Preparation trainer.Preparation
	Outputs     int // of the model
}

// Source gives raw examples until io.EOF.
type Source interface {
	Next() ([]float64, error)
}

// Named is a source whose examples have names.
type Named interface {
	Name() string // of what Next gave last
}

// chunk is how many examples are predicted at once, but for the first of those with more
// than mostValues values together.
const (
	chunk      = 1000
	mostValues = 1 << 22
)

// Write predicts all examples of a source and writes the table. It returns the number
// of rows. Memory does not grow with it.
func (t *Table) Write(ctx context.Context, src Source, w io.Writer) (rows int, err error) {
	buffered := bufio.NewWriter(w)
	out := csv.NewWriter(buffered)
	var raw [][]float64
	var names []string
	named, _ := src.(Named)
	begun := false
	for end := false; !end; {
		if err := ctx.Err(); err != nil {
			return rows, err
		}
		raw, names = raw[:0], names[:0]
		values := 0
		for len(raw) < chunk && values < mostValues && !end {
			row, err := src.Next()
			switch {
			case errors.Is(err, io.EOF):
				end = true
			case err != nil:
				return rows, err
			default:
				raw = append(raw, append([]float64(nil), row...))
				values += len(row)
				if named != nil {
					names = append(names, named.Name())
				}
			}
		}
		list, err := t.Predictor.PredictAll(raw)
		if err != nil {
			return rows, err
		}
		for i, p := range list {
			header, record := t.header(p), record(p)
			if named != nil {
				header, record = slices.Insert(header, 0, "file"), slices.Insert(record, 0, names[i])
			}
			if !begun {
				begun = true
				if err := out.Write(header); err != nil {
					return rows, err
				}
			}
			if err := out.Write(record); err != nil {
				return rows, err
			}
			rows++
		}
	}
	if rows == 0 {
		return 0, errors.New("there are no rows to predict")
	}
	out.Flush()
	if err := errors.Join(out.Error(), buffered.Flush()); err != nil {
		return rows, fmt.Errorf("writing predictions: %w", err)
	}
	return rows, nil
}

func (t *Table) header(p trainer.Prediction) []string {
	if p.Class >= 0 {
		header := []string{"class"}
		for i := range p.Probabilities {
			header = append(header, "probability of "+name(t.Preparation.Classes, i, strconv.Itoa(i)))
		}
		return header
	}
	var header []string
	for i := range p.Values {
		header = append(header, name(t.Preparation.Values, i, "value"+strconv.Itoa(i+1)))
	}
	return header
}

func name(names []string, i int, other string) string {
	if i < len(names) && names[i] != "" {
		return names[i]
	}
	return other
}

func record(p trainer.Prediction) []string {
	var list []string
	values := p.Values
	if p.Class >= 0 {
		list, values = append(list, p.Name), p.Probabilities
	}
	for _, v := range values {
		bits := 64
		if float64(float32(v)) == v {
			bits = 32 // of a model in float32: in its own digits
		}
		list = append(list, strconv.FormatFloat(v, 'g', -1, bits))
	}
	return list
}
