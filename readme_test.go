package gokfac_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReadmeExampleCompiles: the README's Go block is the body of Example,
// line by line, so that what it shows is what runs.
func TestReadmeExampleCompiles(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	source, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(readme), "```go\n")
	require.True(t, ok, "README.md has a Go block")
	block, _, ok := strings.Cut(rest, "```")
	require.True(t, ok)
	_, body, ok := strings.Cut(string(source), "func Example() {\n")
	require.True(t, ok)
	body, _, ok = strings.Cut(body, "\n\t// Output:")
	require.True(t, ok)
	body = strings.ReplaceAll("\n"+body, "\n\t", "\n")
	assert.Equal(t, strings.TrimSpace(body), strings.TrimSpace(block))
}

// TestReadmeTableExample: every line of the README's second Go block but the
// comments is one of TestTable, in its order.
func TestReadmeTableExample(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	source, err := os.ReadFile("example_table_test.go")
	require.NoError(t, err)
	parts := strings.Split(string(readme), "```go\n")
	require.Greater(t, len(parts), 2)
	require.False(t, strings.HasPrefix(parts[2], program)) // TestDocsPrograms has the whole ones
	block, _, _ := strings.Cut(parts[2], "```")
	rest := string(source)
	for line := range strings.Lines(block) {
		code, _, _ := strings.Cut(line, "//")
		if code = strings.TrimSpace(code); code == "" {
			continue
		}
		var found bool
		_, rest, found = strings.Cut(rest, "\t"+code)
		assert.True(t, found, code)
	}
}
