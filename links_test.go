package gokfac_test

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	fence   = regexp.MustCompile("(?ms)^```.*?^```")
	slug    = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// TestMarkdownLinksResolve: every link in a Markdown file that is not of the web leads to a file of the repository, and its
// #part to a heading.
func TestMarkdownLinksResolve(t *testing.T) {
	found := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (d.Name() == "testdata" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".md" {
			return nil
		}
		for _, m := range link.FindAllStringSubmatch(prose(t, path), -1) {
			target, part, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			found++
			target, err := url.PathUnescape(target)
			if !assert.NoError(t, err, "%s: %s", path, m[1]) {
				continue
			}
			file := path
			if target != "" {
				file = filepath.Join(filepath.Dir(path), filepath.FromSlash(target))
			}
			if _, err := os.Stat(file); !assert.NoError(t, err, "%s: %s", path, m[1]) || part == "" {
				continue
			}
			assert.Contains(t, anchors(t, file), part, "%s: %s: no such heading", path, m[1])
		}
		return nil
	})
	require.NoError(t, err)
	assert.Greater(t, found, 20, "links in all")
}

// prose is a Markdown file without its blocks of code.
func prose(t *testing.T, path string) string {
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return fence.ReplaceAllString(strings.ReplaceAll(string(b), "\r\n", "\n"), "")
}

// anchors are the names that GitHub gives a file's headings.
func anchors(t *testing.T, path string) (names []string) {
	for _, m := range heading.FindAllStringSubmatch(prose(t, path), -1) {
		name := slug.ReplaceAllString(strings.ToLower(m[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}
