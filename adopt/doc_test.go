package adopt

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOpsInDoc: the package comment's table has every op that is known, and no other.
func TestOpsInDoc(t *testing.T) {
	b, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, table, ok := strings.Cut(string(b), "# Ops")
	require.True(t, ok)
	table, _, _ = strings.Cut(table, "Any other op")
	known := operations()
	for name := range known {
		assert.Contains(t, table, name)
	}
	for _, word := range strings.FieldsFunc(table, func(r rune) bool { return strings.ContainsRune(" ,;:\t\n", r) }) {
		if strings.HasSuffix(word, "Op") {
			assert.Contains(t, known, word)
		}
	}
}
