package gokfac_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// snippets lists the documents whose Go blocks are parts of programs that are tested, and the programs' files.
var snippets = map[string][]string{
	"kfac.md":      {"kfac/example*_test.go"},
	"embedding.md": {"trainer/example*_test.go", "datasets/stream/example*_test.go", "examples/embed/main.go"},
}

// TestDocsSnippetsCompile: every Go block of these documents is a part of an example, line by line.
func TestDocsSnippetsCompile(t *testing.T) {
	for document, patterns := range snippets {
		var source strings.Builder
		for _, pattern := range patterns {
			files, err := filepath.Glob(filepath.FromSlash(pattern))
			require.NoError(t, err)
			require.NotEmpty(t, files, pattern)
			for _, file := range files {
				b, err := os.ReadFile(file)
				require.NoError(t, err)
				source.WriteString(unindented(string(b)))
			}
		}
		b, err := os.ReadFile(filepath.Join("docs", document))
		require.NoError(t, err)
		blocks := strings.Split(strings.ReplaceAll(string(b), "\r\n", "\n"), "```go\n")[1:]
		assert.NotEmpty(t, blocks)
		for _, block := range blocks {
			block, _, ok := strings.Cut(block, "```")
			require.True(t, ok)
			if strings.HasPrefix(block, program) {
				continue // TestDocsPrograms runs it
			}
			assert.True(t, strings.Contains(source.String(), unindented(block)), "none of %v has these lines of docs/%s:\n%s", patterns, document, block)
		}
	}
}

// unindented is text in which every line begins at the margin.
func unindented(text string) string {
	var b strings.Builder
	b.WriteByte('\n')
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimSpace(line) + "\n")
	}
	return b.String()
}
