package job

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/trainer"
)

// Value takes a setting's value as text. The error of Set is a clear reason, to be
// put behind the value and the setting's name.
type Value interface{ Set(text string) error }

// toggle is true or false.
type toggle struct{ p *bool }

func (t toggle) Set(text string) error {
	v, err := strconv.ParseBool(text)
	if err != nil {
		return errors.New("want true or false")
	}
	*t.p = v
	return nil
}

// word is any text.
type word struct{ p *string }

func (w word) Set(text string) error {
	*w.p = text
	return nil
}

// number is 0, or a float in [least, below) or [least, most]; a bound of 0 means
// none.
type number struct {
	p                  *float64
	least, below, most float64
	word               string // stands for kfac.None, which is trainer.None; empty: no word does
}

// The bounds of numbers that are scales. What is outside of them cannot be told
// from nothing, or from no bound, in float32's 24 bits and 38 decades once it
// has been multiplied with a gradient: a run would end without having moved, or
// in infinities.
const (
	leastNumber = 1e-12
	mostNumber  = 1e30 // which diverges as soon as it can; float32 ends at 3.4e38
	mostDamping = 1e8  // steps are divided by it: from about there on hardly a float32 weight moves
)

func (n number) Set(text string) error {
	if n.word != "" && text == n.word {
		*n.p = trainer.None
		return nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if part, isPart := strings.CutSuffix(text, "%"); isPart {
		if v, err := strconv.ParseFloat(part, 64); err == nil && !math.IsInf(v, 0) && !math.IsNaN(v) {
			return fmt.Errorf("want a number: %s is %g", text, v/100)
		}
	}
	switch {
	case err != nil || math.IsInf(v, 0) || math.IsNaN(v):
		if n.word != "" {
			return fmt.Errorf("want a finite number, or %s", n.word)
		}
		return errors.New("want a finite number")
	case v < 0:
		return errors.New("must not be negative")
	case v > 0 && v < n.least:
		return fmt.Errorf("must be 0, or at least %g", n.least)
	case n.below > 0 && v >= n.below:
		return fmt.Errorf("must be below %g", n.below)
	case n.most > 0 && v > n.most:
		return fmt.Errorf("must be at most %g", n.most)
	}
	*n.p = v
	return nil
}

// count is a whole number in [least, most].
type count struct {
	p           *int
	least, most int
}

// manySteps is the greatest count, so that products of counts cannot overflow.
const manySteps = 1_000_000_000

func (c count) Set(text string) error {
	v, err := strconv.Atoi(text)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("must be between %d and %d", c.least, c.most)
	case err != nil:
		return errors.New("want a whole number")
	case v < 0 && c.least == 0:
		return errors.New("must not be negative")
	case v < c.least || v > c.most:
		return fmt.Errorf("must be between %d and %d", c.least, c.most)
	}
	*c.p = v
	return nil
}

// Count is a whole number from 0 to most, for who has settings of its own.
func Count(p *int, most int) Value { return count{p, 0, most} }

// OneOf is one of a list of words.
func OneOf(p *string, allowed []Entry) Value { return choice[string]{p, allowed} }
