package report

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/internal/results"
)

const absent = "–"

// setting is what one setting was in each group.
type setting struct {
	name   string
	values []string
}

func (s setting) common() bool { return len(slices.Compact(slices.Clone(s.values))) == 1 }

// settings lists all that was in force, in the order of the first group that
// has each. A setting that varies within a group has all its values there. The
// seed, which always does, is left out, as is where on the machine the data lay.
func (r *Report) settings() []setting {
	groups := r.groups()
	var list []setting
	set := func(group int, name, value string) {
		i := slices.IndexFunc(list, func(s setting) bool { return s.name == name })
		if i < 0 {
			i = len(list)
			list = append(list, setting{name, slices.Repeat([]string{absent}, len(groups))})
		}
		switch old := list[i].values[group]; {
		case old == absent:
			list[i].values[group] = value
		case !slices.Contains(strings.Split(old, "; "), value):
			list[i].values[group] = old + "; " + value
		}
	}
	for i, g := range groups {
		for _, run := range g.Runs {
			for _, field := range run.Config {
				if !slices.Contains([]string{"seed", "data_dir", "download"}, field.Name) {
					set(i, "-"+strings.ReplaceAll(field.Name, "_", "-"), settingText(field.Value))
				}
			}
			set(i, "parameters", strconv.Itoa(run.Params))
			set(i, "steps of an epoch", strconv.Itoa(run.PerEpoch))
		}
	}
	return list
}

// settingText writes a value alike whether it comes from flags or from JSON.
func settingText(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "?"
	}
	var plain string
	switch t := string(text); {
	case t == "null":
		return "found" // by the optimizer
	case t == `""`:
		return "none"
	case json.Unmarshal(text, &plain) == nil:
		return plain
	case strings.HasPrefix(t, "["):
		return strings.Trim(t, "[]")
	default:
		return t
	}
}

// settingTables divides the settings into those that differ and the others.
func (r *Report) settingTables() (different, common table) {
	different = table{Caption: "Settings that differ", Head: []string{""}}
	common = table{Caption: "Settings that all groups share", Head: []string{"", "all groups"}}
	for _, g := range r.groups() {
		different.Head = append(different.Head, g.Label)
	}
	for _, s := range r.settings() {
		if s.common() {
			common.Rows = append(common.Rows, []string{s.name, s.values[0]})
		} else {
			different.Rows = append(different.Rows, append([]string{s.name}, s.values...))
		}
	}
	return different, common
}

// sameSetting tells whether all runs have the same of each of some settings.
func (r *Report) sameSetting(names ...string) bool {
	return !slices.ContainsFunc(r.settings(), func(s setting) bool {
		return slices.Contains(names, s.name) && (!s.common() || strings.Contains(s.values[0], "; "))
	})
}

// sameSeeds tells whether each group was run with the same seeds.
func (r *Report) sameSeeds() bool {
	seeds := func(g *results.Group) []uint64 {
		var list []uint64
		for _, run := range g.Runs {
			list = append(list, run.Seed)
		}
		slices.Sort(list)
		return list
	}
	groups := r.groups()
	return !slices.ContainsFunc(groups, func(g *results.Group) bool { return !slices.Equal(seeds(g), seeds(groups[0])) })
}
