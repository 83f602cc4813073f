package onnx_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/onnx"
)

// TestDocsHaveEveryKind holds the table of layers in docs/onnx.md against the exporters.
func TestDocsHaveEveryKind(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "onnx.md"))
	require.NoError(t, err)
	said := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `[A-Z][^|]*\\|([^|]*)\\|[^|]*\\|$").FindAllStringSubmatch(string(text), -1) {
		for _, kind := range regexp.MustCompile("`([a-z0-9-]+)`").FindAllStringSubmatch(row[1], -1) {
			said[kind[1]] = true
		}
	}
	var kinds, rows []string
	kinds = onnx.Kinds()
	for kind := range said {
		rows = append(rows, kind)
	}
	assert.ElementsMatch(t, kinds, rows)
}
