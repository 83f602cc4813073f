package job

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/kfac"
)

// TestDocumentedDefaults holds the defaults in docs/kfac.md against package kfac. A
// row is | `-flag` … | adaptive mode's default (fixed: the other's) … |.
func TestDocumentedDefaults(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "kfac.md"))
	require.NoError(t, err)
	row := regexp.MustCompile("(?m)^\\| `-(kfac-[a-z-]+)`[^|]*\\| ([0-9.]+)[^|]*?(?:\\(fixed: ([0-9.]+)\\))?[^|(]*\\|")
	found := row.FindAllStringSubmatch(string(text), -1)
	require.GreaterOrEqual(t, len(found), 9, "the table in docs/kfac.md is not found")
	for _, m := range found {
		for i, mode := range kfac.Modes() { // adaptive, fixed
			want := m[2+i]
			if want == "" {
				want = m[2]
			}
			if mode == kfac.Fixed && !Applies(m[1], "kfac", string(mode), "") || mode == kfac.Adaptive && !Applies(m[1], "kfac", string(mode), "") {
				continue
			}
			o, err := kfac.New(kfac.Config{Mode: mode})
			require.NoError(t, err)
			s := NewSpec()
			s.KFAC = o.Config()
			setting, ok := Lookup(m[1])
			require.True(t, ok, m[1])
			assert.Equal(t, fmt.Sprint(setting.Force(s)), want, "docs/kfac.md says that -%s is %s in mode %s: correct the table", m[1], want, mode)
		}
	}
}

// TestSettingsAreConsistent: names are unique, values take their edges, and every
// name in a row of another table is a setting's.
func TestSettingsAreConsistent(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range Settings() {
		assert.False(t, seen[row.Name], row.Name)
		seen[row.Name] = true
		assert.NotEmpty(t, row.Text, row.Name)
		for _, edge := range Edges(row.Value(NewSpec())) {
			assert.NoError(t, row.Value(NewSpec()).Set(edge), "%s %s", row.Name, edge)
		}
		if row.Owner != "" {
			assert.Contains(t, Names(Optimizers()), row.Owner)
		}
	}
	named := func(what string, names []string) {
		for _, name := range names {
			assert.True(t, seen[name], "%s names %q, which is no setting", what, name)
		}
	}
	for _, o := range Optimizers() {
		named(o.Name, o.Lacks)
		for _, v := range o.Variants {
			named(o.Name+" "+v.Name, v.Lacks)
			for _, m := range Models() {
				named(m.Name, m.Lacks)
				_, entry, _ := strings.Cut(SpaceFor(o.Name, v.Name, m.Name), ":")
				for part := range strings.SplitSeq(entry, ":") {
					name, _, _ := strings.Cut(part, "=")
					named("the space of "+o.Name+" for "+m.Name, []string{name})
				}
			}
		}
	}
}
