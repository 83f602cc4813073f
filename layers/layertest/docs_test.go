package layertest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/layers/layertest"
)

// TestDocs: the package comment and the table of docs/layers.md have all aspects, in the order in which Check looks at
// them, and no others.
func TestDocs(t *testing.T) {
	var want []string
	for _, a := range layertest.Aspects() {
		want = append(want, string(a))
	}
	for file, row := range map[string]string{
		"doc.go": `(?m)^//	([a-z]+)  +\S`,
		filepath.Join("..", "..", "docs", "layers.md"): "(?m)^\\| (`[a-z]+`(?:, `[a-z]+`)*) \\| ",
	} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		_, part, _ := strings.Cut(string(text), "Check a layer of your own")
		if part == "" {
			part = string(text)
		}
		var got []string
		for _, m := range regexp.MustCompile(row).FindAllStringSubmatch(part, -1) {
			got = append(got, strings.Split(strings.ReplaceAll(m[1], "`", ""), ", ")...)
		}
		assert.Equal(t, want, got, file)
	}
}
