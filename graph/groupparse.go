package graph

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseGroups reads groups from text: PATTERN:WORD,WORD… with the words frozen,
// learned, rate=FACTOR, decay=FACTOR and l2=FACTOR, where none is a factor, too; groups are
// separated by semicolons:
//
//	*.bias:l2=none; dense1.*:frozen; dense3.*:rate=0.1,decay=2
func ParseGroups(text string) ([]Group, error) {
	var groups []Group
	for part := range strings.SplitSeq(text, ";") {
		pattern, words, ok := strings.Cut(strings.TrimSpace(part), ":")
		if !ok || pattern == "" || words == "" {
			return nil, fmt.Errorf("%q: want PATTERN:frozen or PATTERN:rate=…,decay=…,l2=…, as in *.bias:l2=none", part)
		}
		g := Group{Params: pattern}
		for word := range strings.SplitSeq(words, ",") {
			if err := g.set(strings.TrimSpace(word)); err != nil {
				return nil, err
			}
		}
		if err := g.check(); err != nil {
			return nil, err
		}
		groups = append(groups, g)
	}
	return groups, nil
}

func (g *Group) set(word string) error {
	switch word {
	case "frozen":
		g.Frozen = true
		return nil
	case "learned":
		g.Learned = true
		return nil
	}
	name, value, _ := strings.Cut(word, "=")
	to, ok := map[string]*float64{"rate": &g.Rate, "decay": &g.WeightDecay, "l2": &g.L2}[name]
	if !ok {
		return fmt.Errorf("%q: want frozen, learned, rate=…, decay=… or l2=…", word)
	}
	v, err := strconv.ParseFloat(value, 64)
	switch {
	case value == "none" || err == nil && v == 0:
		v = None
	case err != nil || !(v > 0 && v <= mostFactor):
		return fmt.Errorf("%q: want a factor from 0 to %g, or none", word, float64(mostFactor))
	}
	*to = v
	return nil
}
