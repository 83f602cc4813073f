package claims_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEveryClaimIsListed holds the package comment's table against the tests.
func TestEveryClaimIsListed(t *testing.T) {
	read := func(name, pattern string) (found []string) {
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(pattern).FindAllSubmatch(b, -1) {
			found = append(found, string(m[1]))
		}
		return found
	}
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	var tests []string
	for _, f := range files {
		if f != "doc_test.go" {
			tests = append(tests, read(f, `(?m)^func (Test\w+)\(`)...)
		}
	}
	assert.ElementsMatch(t, tests, read("doc.go", `(?m)^//	.* (Test\w+)$`))
}
