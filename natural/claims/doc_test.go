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

// TestEveryTestOfThePageExists holds the links of docs/natural-gradient.md against the tests:
// each link whose text is a test leads to the file that has it. Package gokfac's own tests
// check that the files exist.
func TestEveryTestOfThePageExists(t *testing.T) {
	docs := filepath.Join("..", "..", "docs")
	b, err := os.ReadFile(filepath.Join(docs, "natural-gradient.md"))
	require.NoError(t, err)
	links := regexp.MustCompile(`\[(Test\w+)\]\(([^)]+)\)`).FindAllSubmatch(b, -1)
	assert.Greater(t, len(links), 60)
	assert.Len(t, regexp.MustCompile(`\bTest[A-Z]\w+`).FindAll(b, -1), len(links), "every test's name is a link")
	for _, m := range links {
		file, err := os.ReadFile(filepath.Join(docs, filepath.FromSlash(string(m[2]))))
		if assert.NoError(t, err) {
			assert.Contains(t, string(file), "\nfunc "+string(m[1])+"(", "%s", m[2])
		}
	}
}
