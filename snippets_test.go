package gokfac_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDocsSnippetsCompile: every Go block of docs/kfac.md is a part of an example of package kfac, line by line.
func TestDocsSnippetsCompile(t *testing.T) {
	tests, err := filepath.Glob(filepath.Join("kfac", "example*_test.go"))
	require.NoError(t, err)
	var source strings.Builder
	for _, file := range tests {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		source.WriteString(unindented(string(b)))
	}
	b, err := os.ReadFile(filepath.Join("docs", "kfac.md"))
	require.NoError(t, err)
	blocks := strings.Split(strings.ReplaceAll(string(b), "\r\n", "\n"), "```go\n")[1:]
	assert.NotEmpty(t, blocks)
	for _, block := range blocks {
		block, _, ok := strings.Cut(block, "```")
		require.True(t, ok)
		assert.True(t, strings.Contains(source.String(), unindented(block)), "no kfac/example*_test.go has these lines of docs/kfac.md:\n%s", block)
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
