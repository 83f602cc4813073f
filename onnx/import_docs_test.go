package onnx

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDocsHaveEveryOperator holds the table in docs/onnx.md against the operators that are read.
func TestDocsHaveEveryOperator(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "onnx.md"))
	require.NoError(t, err)
	_, part, found := strings.Cut(string(text), "\n## Import\n")
	require.True(t, found)
	for op := range readers() {
		if op == "Standardize" || op == "SiLU" { // what several nodes are recognised as
			continue
		}
		assert.Contains(t, part, "`"+op+"`")
	}
}
