package job

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

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
