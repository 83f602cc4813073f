package natural_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEveryFamilyIsListed holds the package comment's table against the families that are tested.
func TestEveryFamilyIsListed(t *testing.T) {
	b, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, table, _ := strings.Cut(string(b), "# Families")
	table, _, found := strings.Cut(table, "Expectation has")
	require.True(t, found)
	// Names are of two words joined, but for two that stand in a column of their own.
	listed := map[string]bool{}
	for _, name := range regexp.MustCompile(`\b[A-Z]\w+[a-z][A-Z]\w+\b|  (Dirichlet|Independent)\b`).FindAllString(table, -1) {
		listed[strings.TrimSpace(name)] = true
	}
	tested := map[string]bool{}
	for _, r := range rows() {
		name := strings.TrimLeft(fmt.Sprintf("%T", r.family), "*")
		if name = strings.TrimPrefix(name, "natural."); name != "expectation" {
			tested[name] = true
		}
	}
	assert.Equal(t, tested, listed)
}
