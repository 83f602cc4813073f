package main

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// The kinds of flag value. Each Set leaves a clear reason in its error, which
// package flag puts behind the value and the flag's name.

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

func (n number) String() string { return "" }

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

const manySteps = 1_000_000_000 // so that products of counts cannot overflow

func (c count) String() string { return "" }

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

// seed is any whole number from 0.
type seed struct{ p *uint64 }

func (s seed) String() string { return "" }

func (s seed) Set(text string) error {
	v, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return errors.New("want a whole number from 0 to 18446744073709551615")
	}
	*s.p = v
	return nil
}

// choice is one of a list of words. The empty word keeps the default.
type choice[T ~string] struct {
	p       *T
	allowed []entry
}

func (c choice[T]) String() string { return "" }

func (c choice[T]) Set(text string) error {
	names := namesOf(c.allowed)
	if text == "" {
		return nil
	}
	if !slices.Contains(names, text) {
		return fmt.Errorf("want %s%s", alternatives(names), didYouMean(text, names))
	}
	*c.p = T(text)
	return nil
}

// sizes is a comma-separated list of layer sizes. Empty keeps the default.
type sizes struct{ p *[]int }

const (
	maxUnits  = 1 << 20
	maxLayers = 64
)

func (s sizes) String() string { return "" }

func (s sizes) Set(text string) error {
	*s.p = nil
	if text == "" {
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		v, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || v < 1 || v > maxUnits {
			return fmt.Errorf("%q is not a layer size: want whole numbers from 1 to %d separated by commas, as in 512,512", part, maxUnits)
		}
		*s.p = append(*s.p, v)
	}
	if len(*s.p) > maxLayers {
		return fmt.Errorf("%d hidden layers: want at most %d", len(*s.p), maxLayers)
	}
	return nil
}

// columns is a comma-separated list of column names or numbers.
type columns struct{ p *[]string }

func (c columns) String() string { return "" }

func (c columns) Set(text string) error {
	*c.p = nil
	if text == "" {
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			return errors.New("want names or numbers of columns separated by commas, as in width,height or 1,3")
		}
		*c.p = append(*c.p, part)
	}
	return nil
}

// goals is METRIC=VALUE, or METRIC=VALUE,VALUE…; the hardest stops a run.
type goals struct{ s *settings }

func (g goals) String() string { return "" }

func (g goals) Set(text string) error {
	g.s.target, g.s.goals = nil, nil
	if text == "" {
		return nil
	}
	metric, values, _ := strings.Cut(text, "=")
	for value := range strings.SplitSeq(values, ",") {
		t, err := trainer.ParseTarget(metric + "=" + value)
		if err != nil {
			return errors.New("want METRIC=VALUE, as in test_accuracy=0.98")
		}
		g.s.goals = append(g.s.goals, results.Goal{Metric: metric, Value: t.Value})
	}
	slices.SortFunc(g.s.goals, func(a, b results.Goal) int { return cmp.Compare(a.Value, b.Value) })
	g.s.goals = slices.Compact(g.s.goals)
	if !higherIsBetter(metric) {
		slices.Reverse(g.s.goals)
	}
	hardest := g.s.goals[len(g.s.goals)-1]
	g.s.target = &trainer.Target{Metric: metric, Value: hardest.Value}
	return nil
}
