package job

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/internal/results"
)

// Choice is a setting with its value as text.
type Choice struct{ Name, Value string }

// Choices are settings in the order in which they were made: later ones win.
type Choices []Choice

// Has reports whether a setting is among them, be it by its default.
func (c Choices) Has(name string) bool {
	return slices.ContainsFunc(c, func(v Choice) bool { return v.Name == name })
}

// String names them as messages do.
func (c Choices) String() string {
	var words []string
	for _, v := range c {
		if v.Value == "true" || v.Value == "false" { // toggles take no argument of their own
			words = append(words, Word(v.Name)+"="+v.Value)
			continue
		}
		words = append(words, Word(v.Name)+" "+v.Value)
	}
	return strings.Join(words, " ")
}

// MarshalJSON writes an object in order.
func (c Choices) MarshalJSON() ([]byte, error) {
	fields := make(results.Fields[string], len(c))
	for i, v := range c {
		fields[i] = results.Field[string]{Name: v.Name, Value: v.Value}
	}
	return fields.MarshalJSON()
}

// UnmarshalJSON reads an object in order.
func (c *Choices) UnmarshalJSON(text []byte) error {
	var fields results.Fields[string]
	if err := fields.UnmarshalJSON(text); err != nil {
		return err
	}
	*c = nil
	for _, f := range fields {
		*c = append(*c, Choice{f.Name, f.Value})
	}
	return nil
}

// Label names an optimizer with choices of its own. Its own settings go without
// their prefix.
func Label(optimizer string, own Choices) string {
	label := optimizer
	for _, v := range own {
		label += " " + strings.TrimPrefix(v.Name, optimizer+"-") + "=" + v.Value
	}
	return label
}

// Parse makes a spec of choices. An error is a [*SettingError].
func Parse(choices Choices) (*Spec, error) {
	s := NewSpec()
	for _, c := range choices {
		row, ok := Lookup(c.Name)
		if !ok {
			return nil, Refuse("unknown setting %s%s", c.Name, DidYouMean(c.Name, Names(Settings())))
		}
		if err := row.Value(s).Set(c.Value); err != nil {
			return nil, Refuse("invalid value %q for %s: %v", c.Value, Word(c.Name), err)
		}
	}
	s.Asked = choices
	return s, s.Check()
}

// Kind is what tells searches apart, once the spec has been resolved: settings that
// were found for one kind are of no use to another.
func (s *Spec) Kind() Choices {
	kind := Choices{{"batch-size", fmt.Sprint(s.Batch)}}
	if o := s.optimizer(); o.Describes != nil {
		kind = append(kind, o.Describes(s)...)
	}
	return kind
}

// Joined writes numbers with something between them.
func Joined(numbers []int, separator string) string {
	parts := make([]string, len(numbers))
	for i, n := range numbers {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, separator)
}

// Named is a row of a table.
type Named interface{ name() string }

// Names lists the rows' names.
func Names[T Named](rows []T) []string {
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r.name()
	}
	return names
}

// Find is the row of that name.
func find[T Named](rows []T, name string) (row T, ok bool) {
	for _, r := range rows {
		if r.name() == name {
			return r, true
		}
	}
	return row, false
}

func mustFind[T Named](rows []T, name string) T {
	row, ok := find(rows, name)
	if !ok {
		panic(fmt.Sprintf("job: there is no %q", name)) // Parse lets no other name through
	}
	return row
}
