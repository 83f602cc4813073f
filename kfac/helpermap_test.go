package kfac

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestHelperMap: the map in helpers_test.go has every helper that other files of its
// package use, under the file that declares it, and no file that does not exist.
func TestHelperMap(t *testing.T) {
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	parsed := map[string]*ast.File{}
	declared := map[string]map[string]string{"kfac": {}, "kfac_test": {}} // by package and name: the file
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		require.NoError(t, err)
		parsed[file] = f
		for name := range f.Scope.Objects {
			declared[f.Name.Name][name] = file
		}
	}
	entries := helperMap(t, parsed["helpers_test.go"])
	for file := range entries {
		assert.Contains(t, parsed, file, "the map in helpers_test.go has a file that does not exist")
	}
	for user, f := range parsed {
		for _, used := range f.Unresolved {
			if file := declared[f.Name.Name][used.Name]; file != "" && file != user {
				assert.Contains(t, entries[file], used.Name, "%s uses a helper of %s that the map in helpers_test.go does not have there", user, file)
			}
		}
	}
}

// helperMap lists the words of the map by file.
func helperMap(t *testing.T, f *ast.File) map[string][]string {
	t.Helper()
	entries, file := map[string][]string{}, ""
	entry, word := regexp.MustCompile(`^\t(\w+_test\.go)? (.*)`), regexp.MustCompile(`\w+`)
	for _, comment := range f.Comments {
		if !strings.HasPrefix(comment.Text(), "A map of the test helpers.") {
			continue
		}
		for line := range strings.Lines(comment.Text()) {
			m := entry.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			if m[1] != "" {
				file = m[1]
			}
			entries[file] = append(entries[file], word.FindAllString(m[2], -1)...)
		}
	}
	require.NotEmpty(t, entries, "helpers_test.go has the map")
	return entries
}
