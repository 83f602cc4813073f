package logs

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/trainer"
)

// longestRow is of a line of metrics.csv, in bytes: some 40,000 scores.
const longestRow = 1 << 20

// Resume opens the file to go on after step, or makes it if there is none. Rows of
// later steps are dropped, and those of history that are missing are added; see the
// package's documentation. The header must have the columns of Scores, if that is set.
func (c *CSV) Resume(step int, history ...trainer.Record) error {
	return c.resume(c.Path, step, func() error {
		last := -1 // the step of the last row that is kept
		err := scanFile(c.path, func(r io.Reader) (keep int64, err error) {
			c.columns, last, keep, err = scanRows(r, step)
			if err == nil && c.columns != nil && c.Scores != nil && !slices.Equal(c.columns, c.Scores) {
				err = fmt.Errorf("its scores are %q, not %q", c.columns, c.Scores)
			}
			return keep, err
		})
		if err != nil {
			return err
		}
		if err := c.openFile(); err != nil {
			return err
		}
		for i := range history {
			if s := history[i].Step; s <= last || s > step {
				continue
			}
			if err := c.row(&history[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// scanRows checks a file. It returns the names of the scores, nil if the header is not
// complete, the last of the steps up to step, −1 if there is none, and the number of
// bytes until there.
func scanRows(r io.Reader, step int) (scores []string, last int, keep int64, err error) {
	last = -1
	previous := -1
	tail, err := readLines(r, longestRow, func(line []byte, end int64) error {
		if scores == nil {
			keep = end
			scores, err = scoresOf(string(line))
			return err
		}
		s, err := checkRow(line, len(scores))
		if err == nil && s <= previous {
			err = fmt.Errorf("step %d follows step %d", s, previous)
		}
		if previous = s; s <= step {
			last, keep = s, end
		}
		return err
	})
	if err == nil && scores == nil {
		err = checkBeginning(tail, strings.Join(firstColumns[:], ",")+",")
	}
	return scores, last, keep, err
}

// scoresOf reads a header.
func scoresOf(line string) ([]string, error) {
	columns, err := csv.NewReader(strings.NewReader(line)).Read()
	n := len(columns)
	if err != nil || n <= len(firstColumns) || !slices.Equal(columns[:len(firstColumns)], firstColumns[:]) || columns[n-1] != lastColumn {
		return nil, fmt.Errorf("%.60q is no header of metrics.csv", line)
	}
	scores := columns[len(firstColumns) : n-1 : n-1]
	if header, err := headerOf(scores); err != nil || string(header) != line+"\n" {
		return nil, fmt.Errorf("%.60q is no header that package logs has written", line)
	}
	return scores, nil
}

// checkRow returns the step of a row of numbers.
func checkRow(line []byte, scores int) (step int, err error) {
	n := 0
	for field := range bytes.SplitSeq(line, []byte{','}) {
		switch n++; {
		case n == 1:
			if step, err = strconv.Atoi(string(field)); err != nil || step < 0 {
				return 0, fmt.Errorf("%.40q is no step", field)
			}
		default:
			if _, err := strconv.ParseFloat(string(field), 64); err != nil {
				return 0, fmt.Errorf("%.40q is no number", field)
			}
		}
	}
	if want := len(firstColumns) + scores + 1; n != want {
		return 0, fmt.Errorf("%d columns, not %d", n, want)
	}
	return step, nil
}

// checkBeginning tells the first line of a file that was cut short, which begins as
// want, from a file of something else.
func checkBeginning(line []byte, want string) error {
	n := min(len(line), len(want))
	if string(line[:n]) != want[:n] {
		return fmt.Errorf("it begins with %.40q, not with %q", line, want)
	}
	return nil
}
