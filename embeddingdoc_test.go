package gokfac_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rowsBelow are the cells of the table in docs/embedding.md below a title, without the table's head.
func rowsBelow(t *testing.T, title string) [][]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("docs", "embedding.md"))
	require.NoError(t, err)
	_, section, ok := strings.Cut(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n## "+title+"\n")
	require.True(t, ok)
	section, _, _ = strings.Cut(section, "\n## ")
	var table [][]string
	for line := range strings.Lines(section) {
		if strings.HasPrefix(line, "|") {
			table = append(table, strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|"))
		}
	}
	require.Greater(t, len(table), 2)
	return table[2:]
}

var quoted = regexp.MustCompile("`([^`]+)`")

// TestLoggingInDocs: messages, levels and attributes of docs/embedding.md are those of trainer/logger.go, and the comment there has them as well.
func TestLoggingInDocs(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("trainer", "logger.go"))
	require.NoError(t, err)
	source := string(b)
	var inCode, inDocs []string
	_, body, ok := strings.Cut(source, "\n)\n") // behind the imports
	require.True(t, ok)
	for _, m := range regexp.MustCompile(`"([a-z][a-z_ ]*)"`).FindAllStringSubmatch(body, -1) {
		inCode = append(inCode, m[1])
	}
	for _, row := range rowsBelow(t, "Logging") {
		message := quoted.FindStringSubmatch(row[0])[1]
		inDocs = append(inDocs, message)
		comment := regexp.MustCompile(`(?m)^//\t` + message + ` +(\w+) +(.*)$`).FindStringSubmatch(source)
		require.NotNil(t, comment, message)
		assert.Equal(t, strings.TrimSpace(row[1]), comment[1], message)
		for _, m := range quoted.FindAllStringSubmatch(row[2], -1) {
			inDocs = append(inDocs, m[1])
			assert.Regexp(t, `\b`+m[1]+`\b`, comment[2], message)
		}
	}
	for _, list := range []*[]string{&inCode, &inDocs} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	assert.Equal(t, inDocs, inCode)
}

// TestErrorsInDocs: the errors of docs/embedding.md are declared.
func TestErrorsInDocs(t *testing.T) {
	checked := 0
	for _, row := range rowsBelow(t, "Errors to look for") {
		for _, m := range regexp.MustCompile("`\\*?(trainer|graph|kfac)\\.(\\w+)`").FindAllStringSubmatch(row[0], -1) {
			checked++
			files, err := filepath.Glob(filepath.Join(m[1], "*.go"))
			require.NoError(t, err)
			assert.True(t, slices.ContainsFunc(files, func(file string) bool {
				parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
				require.NoError(t, err)
				return declares(parsed, m[2])
			}), "%s declares no %s", m[1], m[2])
		}
	}
	assert.GreaterOrEqual(t, checked, 7)
}

func declares(file *ast.File, name string) bool {
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range g.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.Name == name {
					return true
				}
			case *ast.ValueSpec:
				if slices.ContainsFunc(s.Names, func(n *ast.Ident) bool { return n.Name == name }) {
					return true
				}
			}
		}
	}
	return false
}
