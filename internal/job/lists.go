package job

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// seed is any whole number from 0.
type seed struct{ p *uint64 }

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
	allowed []Entry
}

func (c choice[T]) Set(text string) error {
	names := Names(c.allowed)
	if text == "" {
		return nil
	}
	if !slices.Contains(names, text) {
		return fmt.Errorf("want %s%s", Alternatives(names), DidYouMean(text, names))
	}
	*c.p = T(text)
	return nil
}

// sizes is a comma-separated list of layer sizes. Empty keeps the default.
type sizes struct {
	p           *[]int
	of, example string
}

const (
	maxUnits  = 1 << 20
	maxLayers = 64
)

func (s sizes) Set(text string) error {
	*s.p = nil
	if text == "" {
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		v, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || v < 1 || v > maxUnits {
			return fmt.Errorf("%q is not a %s: want whole numbers from 1 to %d separated by commas, as in %s", part, s.of, maxUnits, s.example)
		}
		*s.p = append(*s.p, v)
	}
	if len(*s.p) > maxLayers {
		return fmt.Errorf("%d layers: want at most %d", len(*s.p), maxLayers)
	}
	return nil
}

// columnNames is a comma-separated list of column names or numbers.
type columnNames struct{ p *[]string }

func (c columnNames) Set(text string) error {
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

// imageSize is ROWSxCOLUMNS. Empty: images stay as they are.
type imageSize struct{ p *[2]int }

// maxSide bounds the rows and the columns of images, as package datasets does.
const maxSide = 1 << 14

func (v imageSize) Set(text string) error {
	*v.p = [2]int{}
	if text == "" {
		return nil
	}
	var size [2]int
	rows, columns, ok := strings.Cut(strings.ReplaceAll(strings.ToLower(text), "×", "x"), "x")
	for i, part := range []string{rows, columns} {
		n, err := strconv.Atoi(part)
		if !ok || err != nil && !errors.Is(err, strconv.ErrRange) {
			return errors.New("want rows and columns, as in 64x64")
		}
		if err != nil || n < 1 || n > maxSide {
			return fmt.Errorf("rows and columns must be between 1 and %d", maxSide)
		}
		size[i] = n
	}
	*v.p = size
	return nil
}

// sizeText is a size as the setting has it.
func sizeText(size [2]int) string {
	if size == [2]int{} {
		return ""
	}
	return fmt.Sprintf("%dx%d", size[0], size[1])
}

// groups are groups of parameters, kept as text: their names are known to the model.
type groups struct{ p *string }

func (g groups) Set(text string) error {
	if text != "" {
		if _, err := graph.ParseGroups(text); err != nil {
			return err
		}
	}
	*g.p = text
	return nil
}

// goals is METRIC=VALUE, or METRIC=VALUE,VALUE…; the hardest stops a run.
type goals struct{ s *Spec }

func (g goals) Set(text string) error {
	g.s.Target, g.s.Goals = nil, nil
	if text == "" {
		return nil
	}
	metric, values, _ := strings.Cut(text, "=")
	for value := range strings.SplitSeq(values, ",") {
		t, err := trainer.ParseTarget(metric + "=" + value)
		if err != nil {
			return errors.New("want METRIC=VALUE, as in test_accuracy=0.98")
		}
		g.s.Goals = append(g.s.Goals, results.Goal{Metric: metric, Value: t.Value})
	}
	slices.SortFunc(g.s.Goals, func(a, b results.Goal) int { return cmp.Compare(a.Value, b.Value) })
	g.s.Goals = slices.Compact(g.s.Goals)
	if !HigherIsBetter(metric) {
		slices.Reverse(g.s.Goals)
	}
	hardest := g.s.Goals[len(g.s.Goals)-1]
	g.s.Target = &trainer.Target{Metric: metric, Value: hardest.Value}
	return nil
}
