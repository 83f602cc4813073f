package experiment

import (
	"fmt"
	"slices"
	"strings"
)

// Entry is an optimizer with what is its own of the command line.
type Entry struct {
	Optimizer string
	Space     Space
}

// ParseEntries reads entries separated by commas. Names of optimizers and of
// flags are checked by who knows them.
func ParseEntries(text string) ([]Entry, error) {
	var entries []Entry
	for part := range strings.SplitSeq(text, ",") {
		words := strings.Split(strings.TrimSpace(part), ":")
		if words[0] == "" {
			return nil, fmt.Errorf("%q has an empty entry: want optimizers separated by commas, as in kfac,adam,sgd:momentum=0.95", text)
		}
		entry := Entry{Optimizer: words[0]}
		for _, word := range words[1:] {
			d, err := parseDimension(strings.TrimLeft(word, "-"))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", part, err)
			}
			if slices.ContainsFunc(entry.Space, func(other Dimension) bool { return other.Name == d.Name }) {
				return nil, fmt.Errorf("%s: %s is there twice", part, d.Name)
			}
			entry.Space = append(entry.Space, d)
		}
		entries = append(entries, entry)
	}
	return entries, nil
}
